"""The modules that decide, and the tests that should see a change of each."""

from __future__ import annotations

from collections.abc import Sequence

_ATTACKS = "keras_entropy/attacks"
_STATISTICS = f"{_ATTACKS}/statistics"
_AUDITS = f"{_ATTACKS}/audits"
_SHADOW = f"{_ATTACKS}/scorers/shadow"
_LEARNERS = f"{_ATTACKS}/scorers/learners"
_CROSS_FITTING = f"{_LEARNERS}/cross_fitting_test.py"
_GATE = "eval_suite/gate"

# What learns: quick tests that all learners share. Those over many seeds take long.
_SHARED = (
    "test_equal_rows_of_a_fold_get_equal_scores",
    "test_constant_features_score_equal",
    "test_held_out_labels_are_not_seen",
)


def _learner(name: str) -> tuple[str, ...]:
    shared = tuple(f"{_CROSS_FITTING}::{test}[{name}]" for test in _SHARED)
    return (f"{_LEARNERS}/{name}_test.py", *shared)


def _beside(
    folder: str, names: Sequence[str], *more: str
) -> dict[str, tuple[str, ...]]:
    """Returns the tests of modules whose own tests stand beside them."""
    package = folder.replace("/", ".")
    return {f"{package}.{name}": (f"{folder}/{name}_test.py", *more) for name in names}


TESTED: dict[str, tuple[str, ...]] = {
    **_beside(
        _STATISTICS,
        (
            *("auc_estimate", "auc_influence", "holm", "intervals"),
            *("roc", "smallest_detectable", "weighted_mean"),
        ),
    ),
    **_beside(_AUDITS, ("fpr_levels", "headline")),
    **_beside(_AUDITS, ("measurement",), f"{_AUDITS}/outputs_audit_test.py"),
    **_beside(_ATTACKS, ("label_signals",)),
    **_beside(f"{_ATTACKS}/leakage", ("epsilon",)),
    **_beside(
        _SHADOW,
        (
            *("difficulty_offset", "lira", "pair_moments", "rmia", "shadow_moments"),
            *("shadow_plan", "stacked_moments", "stacking"),
        ),
    ),
    f"{_SHADOW}.shadow_scorer".replace("/", "."): (
        f"{_SHADOW}/lira_test.py",
        f"{_ATTACKS}/shadows_test.py::test_all_shadows_serve",
    ),
    f"{_LEARNERS}.cross_fitting".replace("/", "."): (_CROSS_FITTING,),
    **{
        f"{_LEARNERS}.{name}".replace("/", "."): _learner(name)
        for name in ("forest", "knn", "logistic", "mlp")
    },
    **_beside(_LEARNERS, ("boosting",)),
    **_beside(_GATE, ("decision", "estimate", "outcome", "power", "questions")),
    **_beside("eval_suite/measurements", ("gate_evidence",)),
    **_beside("eval_suite/subjects", ("questions",)),
}
