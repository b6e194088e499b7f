"""The modules that decide, and the tests that should see a change of each.

Of the attacks and the gate all are here, but for four kinds, whose tests take minutes
for one change: the controls (`attacks/controls/`, tests of tests), the other engine
(`tf_privacy`), what shows a session's outcome (`gate_keeper`, `junit`,
`since_baseline`), and tables of names without a number.
"""

from __future__ import annotations

from collections.abc import Sequence

_ATTACKS = "keras_entropy/attacks"
_STATISTICS = f"{_ATTACKS}/statistics"
_AUDITS = f"{_ATTACKS}/audits"
_SCORERS = f"{_ATTACKS}/scorers"
_SHADOW = f"{_SCORERS}/shadow"
_LEARNERS = f"{_SCORERS}/learners"
_CROSS_FITTING = f"{_LEARNERS}/cross_fitting_test.py"
_GATE = "eval_suite/gate"
_OF_ONE_TARGET = f"{_AUDITS}/outputs_audit_test.py"
_TARGET_RESULTS = f"{_AUDITS}/target_results_test.py"
_OF_A_GAME = f"{_AUDITS}/game_audit_test.py"
_OF_NEIGHBORS = f"{_AUDITS}/neighbors_audit_test.py"
_ALL_SHADOWS = f"{_ATTACKS}/shadows_test.py::test_all_shadows_serve"
_DIFFERENCES = "eval_suite/measurements/example_scores_test.py"

# What learns: quick tests that all learners share. Those over many seeds take long.
_SHARED = (
    "test_equal_rows_of_a_fold_get_equal_scores",
    "test_constant_features_score_equal",
    "test_held_out_labels_are_not_seen",
)
_WORST_OFF = (
    "records_that_training_shows_on_are_found",
    "a_pair_does_not_choose_its_own_records",
    "rates_count_false_positives_among_all_non_members",
    "rates_of_ten_non_members_by_hand",
    "rates_are_of_the_worst_off_whose_scores_compare",
    "exposed_are_those_whose_loss_the_other_half_of_the_pairs_shows",
    "too_few_non_members_have_no_rate",
)
_OF_LABELS = (
    "each_label_is_audited_as_two_classes_are",
    "many_small_leaks_show_together",
    "a_single_label_is_all_of_them_together",
    "an_attack_that_learns_has_no_mean",
    "other_arrays_are_refused",
)
_OF_STEPS = (
    "the_unit_is_the_sequence",
    "labels_of_every_form_and_logits_are_one",
    "one_step_is_a_plain_example",
    "sequences_of_the_two_sides_may_differ_in_length",
    "what_an_audit_of_steps_does_not_read_is_refused",
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


def _in(folder: str, names: Sequence[str], *tests: str) -> dict[str, tuple[str, ...]]:
    """Returns the tests of modules without tests of their own beside them."""
    package = folder.replace("/", ".")
    return {f"{package}.{name}": tests for name in names}


TESTED: dict[str, tuple[str, ...]] = {
    **_beside(
        _STATISTICS,
        (
            *("auc_estimate", "auc_influence", "holm", "intervals"),
            *("roc", "smallest_detectable", "weighted_mean"),
        ),
    ),
    **_beside(_AUDITS, ("fpr_levels", "headline", "held_out", "pooled_rates")),
    **_beside(
        *(_AUDITS, ("game_audit",)),
        f"{_OF_NEIGHBORS}::test_fewer_targets_keep_all_shadows",
        f"{_OF_NEIGHBORS}::test_neighbors_are_asked_about_where_an_attack_says_so",
    ),
    **_beside(
        *(_AUDITS, ("outputs_audit",), _TARGET_RESULTS),
        f"{_AUDITS}/fpr_levels_test.py::test_any_level_may_be_asked_of_one_target",
        f"{_OF_NEIGHBORS}::test_one_target_alone_and_beside_shadows",
        f"{_OF_NEIGHBORS}::test_shadows_that_were_not_asked_calibrate_nothing",
        f"{_ATTACKS}/shadows_test.py::test_any_plan_says_nothing_of_noise",
        f"{_SCORERS}/input_residual_test.py::test_inputs_that_are_no_numbers_are_left_out_with_a_reason",
    ),
    **_beside(_AUDITS, ("measurement",), _OF_ONE_TARGET),
    **_in(
        _AUDITS,
        ("worst_off",),
        # All but a simulation of many games.
        *(f"{_AUDITS}/worst_off_test.py::test_{name}" for name in _WORST_OFF),
    ),
    **_in(
        *(_AUDITS, ("sides",), _OF_ONE_TARGET),
        f"{_AUDITS}/steps_test.py::test_sequences_of_the_two_sides_may_differ_in_length",
    ),
    **_beside(
        *(_AUDITS, ("target_scoring",), _OF_ONE_TARGET, _ALL_SHADOWS),
        f"{_ATTACKS}/shadows_test.py::test_shadows_find_what_thresholds_miss",
        f"{_SCORERS}/input_residual_test.py::test_other_bad_inputs",
        f"{_OF_NEIGHBORS}::test_one_target_alone_and_beside_shadows",
    ),
    **_in(
        _AUDITS,
        ("labels_audit",),
        # All but a simulation.
        *(f"{_AUDITS}/labels_audit_test.py::test_{name}" for name in _OF_LABELS),
    ),
    **_in(
        _AUDITS,
        ("steps",),
        *(f"{_AUDITS}/steps_test.py::test_{name}" for name in _OF_STEPS),
    ),
    **_in(_AUDITS, ("slices",), _OF_ONE_TARGET, f"{_AUDITS}/measurement_test.py"),
    **_in(_AUDITS, ("trained_attacks",), _OF_ONE_TARGET, _OF_A_GAME),
    **_beside(_AUDITS, ("pair_results",), f"{_AUDITS}/fpr_levels_test.py", _OF_A_GAME),
    **_beside(
        _ATTACKS,
        (
            *("adaptive_attacks", "attack_name", "example_scores", "label_signals"),
            *("neighbors", "shadow_counts", "shadows"),
        ),
    ),
    **_beside(_ATTACKS, ("signals",), f"{_ATTACKS}/label_signals_test.py"),
    **_beside(
        *(_ATTACKS, ("array_checks",), f"{_ATTACKS}/signals_test.py"),
        *(_OF_ONE_TARGET, _OF_A_GAME),
    ),
    **_in(_ATTACKS, ("audit_results",), _OF_ONE_TARGET, _OF_A_GAME),
    **_beside(
        *(_ATTACKS, ("results",), f"{_ATTACKS}/rows_test.py"),
        *(_OF_ONE_TARGET, _TARGET_RESULTS, _OF_A_GAME),
    ),
    **_beside(_ATTACKS, ("paired_differences",), _OF_A_GAME, _DIFFERENCES),
    **_beside(
        f"{_ATTACKS}/leakage",
        (
            *("distance_alone", "divergence", "epsilon", "guesses"),
            *("one_training", "record_risk"),
        ),
    ),
    **_beside(_SCORERS, ("input_residual", "per_class")),
    **_beside(_SCORERS, ("scores",), _OF_ONE_TARGET),
    **_in(_SCORERS, ("label_only", "threshold"), _OF_ONE_TARGET),
    **_in(
        f"{_SCORERS}/neighbors",
        (
            *("bit_counts", "game_neighbors", "label_moments"),
            *("neighbor_attack_table", "output_moments", "target_neighbors"),
        ),
        f"{_SCORERS}/neighbors/neighbor_attack_test.py",
        _OF_NEIGHBORS,
    ),
    **_beside(
        _SHADOW,
        (
            *("difficulty_offset", "lira", "pair_moments", "rmia", "shadow_moments"),
            *("shadow_plan", "stacked_moments", "stacking"),
        ),
    ),
    f"{_SHADOW}.shadow_scorer".replace("/", "."): (
        f"{_SHADOW}/lira_test.py",
        f"{_SHADOW}/difficulty_offset_test.py",
        f"{_SHADOW}/rmia_test.py",
        _ALL_SHADOWS,
    ),
    f"{_LEARNERS}.cross_fitting".replace("/", "."): (_CROSS_FITTING,),
    **{
        f"{_LEARNERS}.{name}".replace("/", "."): _learner(name)
        for name in ("forest", "knn", "logistic", "mlp")
    },
    **_beside(_LEARNERS, ("boosting",)),
    **_beside(
        _GATE,
        (
            *("baseline_file", "claimed_epsilon", "decision", "estimate", "outcome"),
            *("power", "questions", "run_identity"),
        ),
    ),
    **_beside(
        *(_GATE, ("replicates",)),
        f"{_GATE}/baseline_file_test.py::test_baseline_of_version_2_is_read_and_compared",
    ),
    **_beside(
        *(_GATE, ("measured_figures", "missing_figure")),
        f"{_GATE}/questions_test.py",
    ),
    **_beside("eval_suite/measurements", ("gate_evidence",)),
    **_beside("eval_suite/subjects", ("questions",)),
}
