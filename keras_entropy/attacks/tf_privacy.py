"""TensorFlow Privacy's membership inference attacks, on the same inputs.

A reference engine, not a dependency: it installs on Python < 3.12 only. Its threshold
attacks agree with ours; its trained attackers do not, where one side is larger: the
members that balancing left out are all scored by the last fold's attacker, whose scores
have another scale, so AUC 0.3 or 0.7 comes out of data without any signal.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import warnings
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.audit_results import Audit
from keras_entropy.attacks.audits.sides import join_sides

# Names of the attacks and of TensorFlow Privacy's types. The entropy attack is given
# one entropy or the other, as it takes either.
ATTACK_TYPES = {
    "loss": "THRESHOLD_ATTACK",
    "entropy": "THRESHOLD_ENTROPY_ATTACK",
    "modified_entropy": "THRESHOLD_ENTROPY_ATTACK",
    "logistic": "LOGISTIC_REGRESSION",
    "mlp": "MULTI_LAYERED_PERCEPTRON",
    "knn": "K_NEAREST_NEIGHBORS",
    "forest": "RANDOM_FOREST",
}
THRESHOLD_ATTACKS = ("loss", "entropy", "modified_entropy")
TRAINED_ATTACKS = ("logistic", "mlp", "knn", "forest")
TOLERANCE = 1e-9


@dataclasses.dataclass(frozen=True)
class TfPrivacyResult:
    """A result of TensorFlow Privacy.

    Attributes:
        attack: String, our name of the attack.
        slice: String, our name of the slice.
        auc: Float.
        advantage: Float, the largest `|TPR - FPR|` over thresholds.
    """

    attack: str
    slice: str
    auc: float
    advantage: float


def tf_privacy_attacks(
    member_outputs: Array,
    member_labels: Array,
    nonmember_outputs: Array,
    nonmember_labels: Array,
    *,
    from_logits: bool = False,
    attacks: str | Sequence[str] = THRESHOLD_ATTACKS,
    slices: str | Sequence[str] = ("entire",),
    loss_only: bool = False,
    seed: int = 0,
) -> list[TfPrivacyResult]:
    """Runs TensorFlow Privacy's attacks on outputs of one model.

    It is given our float64 losses and entropies: its own are computed in float32 and
    clipped, which moves an AUC by 1e-4.

    Args:
        member_outputs: Float array `(n, C)`, as for `audit_outputs`.
        member_labels: Integer array `(n,)`.
        nonmember_outputs: Float array `(m, C)`.
        nonmember_labels: Integer array `(m,)`.
        from_logits: Boolean. Defaults to `False`.
        attacks: `"all"`, or names out of `ATTACK_TYPES`. The trained ones search a grid
            and take minutes on large data.
        slices: Names out of `entire`, `class`, `correctness`.
        loss_only: Boolean: trained attackers see the loss and not the output vector,
            as in the reference study; excludes the slices by correctness. Defaults to
            `False`.
        seed: Integer, of NumPy's global generator while it runs.

    Returns:
        List of `TfPrivacyResult`. Slices without one of the sides are left out.

    Raises:
        ImportError: If TensorFlow Privacy is not installed.
        ValueError: As `audit_outputs`.
    """
    names = array_checks.check_names(attacks, ATTACK_TYPES, "attacks")
    kinds = array_checks.check_names(
        slices, ("entire", "class", "correctness"), "slices"
    )
    if loss_only and "correctness" in kinds:
        raise ValueError(
            "`loss_only` excludes the slices by correctness, which need the output "
            f"vectors. Received: slices={slices!r}"
        )
    attack, structures = _import()
    signals, member = join_sides(
        member_outputs, member_labels, nonmember_outputs, nonmember_labels, from_logits
    )
    shared = {"labels": signals.labels, "loss": signals.loss[0]}
    if not loss_only:
        shared["probs"] = signals.vectors(0, np.arange(member.size))
    spec = structures.SlicingSpec(
        entire_dataset="entire" in kinds,
        by_class="class" in kinds,
        by_classification_correctness="correctness" in kinds,
    )
    found: list[TfPrivacyResult] = []
    for name in names:
        modified = name == "modified_entropy"
        entropy = signals.modified_entropy if modified else signals.entropy
        arrays = {
            f"{key}_{side}": values[rows]
            for key, values in (shared | {"entropy": entropy[0]}).items()
            for side, rows in (("train", member), ("test", ~member))
        }
        with _quiet(seed):
            results = attack.run_attacks(
                structures.AttackInputData(**arrays),
                spec,
                (getattr(structures.AttackType, ATTACK_TYPES[name]),),
            )
        found += [
            TfPrivacyResult(
                name,
                _slice_name(result.slice_spec),
                float(result.get_auc()),
                float(result.get_attacker_advantage()),
            )
            for result in results.single_attack_results
        ]
    return found


def disagreements(audit: Audit, references: Sequence[TfPrivacyResult]) -> list[str]:
    """Tells where an audit of the same outputs and TensorFlow Privacy's results differ.

    Only threshold attacks have to agree.

    Args:
        audit: `Audit`.
        references: List of `TfPrivacyResult`.

    Returns:
        List of strings, one for each AUC or advantage that differs by more than 1e-9.

    Raises:
        ValueError: If there is nothing to compare.
    """
    lines: list[str] = []
    compared = 0
    for reference in references:
        if reference.attack not in THRESHOLD_ATTACKS:
            continue
        ours = audit.get(reference.attack, reference.slice)
        compared += 1
        for metric in ("auc", "advantage"):
            own, other = getattr(ours, metric), getattr(reference, metric)
            if not abs(own - other) <= TOLERANCE:
                lines.append(
                    f"{metric} of {reference.attack} on {reference.slice}: "
                    f"{own:.12g} here, {other:.12g} in TensorFlow Privacy"
                )
    if not compared:
        raise ValueError(
            "`references` must hold a threshold attack to compare. Received: "
            f"{[reference.attack for reference in references]}"
        )
    return lines


def tf_privacy_shadow_scores(
    confidence: Floats, membership: Booleans, *, offset: bool = False
) -> Floats:
    """Returns TensorFlow Privacy's LiRA or offset scores, leave-pair-out.

    Args:
        confidence: Float array `(K, N)`, the logit-scaled confidence.
        membership: Boolean array `(K, N)`, models `2j` and `2j + 1` complementary.
        offset: Boolean: the score offset instead of LiRA (online, variance for each
            example, median).

    Returns:
        Float64 array `(K, N)`, of every model, larger for a likelier member.

    Raises:
        ImportError: If TensorFlow Privacy is not installed.
    """
    advanced = _import_module("advanced_mia")
    scores = np.empty(confidence.shape)
    for model in range(len(confidence)):
        others = np.arange(len(confidence)) // 2 != model // 2
        values, inside = confidence[others], membership[others]
        stat_in, stat_out = (
            [
                column[side][:, None]
                for column, side in zip(values.T, rows.T, strict=True)
            ]
            for rows in (inside, ~inside)
        )
        target = confidence[model][:, None]
        with _quiet(0):
            if offset:
                scores[model] = advanced.compute_score_offset(target, stat_in, stat_out)
            else:
                # Theirs is small for members.
                scores[model] = -advanced.compute_score_lira(target, stat_in, stat_out)
    return scores


def _slice_name(spec: Any) -> str:
    if spec.entire_dataset:
        return "entire"
    if "CORRECT" in spec.feature.name:
        return "correct" if spec.value else "incorrect"
    return f"class={int(spec.value)}"


def _import() -> tuple[Any, Any]:
    return _import_module("membership_inference_attack"), _import_module(
        "data_structures"
    )


def _import_module(name: str) -> Any:
    package = "tensorflow_privacy.privacy.privacy_tests.membership_inference_attack"
    # Its top-level package needs Keras 2, which the attack modules do not.
    vars(sys)["skip_tf_privacy_import"] = True
    try:
        with _quiet(None):
            __import__(f"{package}.{name}")
    except ImportError as error:
        raise ImportError(
            "TensorFlow Privacy's attacks could not be imported. They need Python "
            "< 3.12 and come with `pip install 'keras-entropy[eval]'`. Received: "
            f"Python {sys.version.split()[0]}, {error}"
        ) from error
    return sys.modules[f"{package}.{name}"]


@contextlib.contextmanager
def _quiet(seed: int | None) -> Iterator[None]:
    """Without its warnings, and with NumPy's global generator put back afterwards."""
    state = np.random.get_state()  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if seed is not None:
            np.random.seed(seed)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002
