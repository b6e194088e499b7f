"""Membership inference against one model of several labels that exclude no other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.audit_results import Audit
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.outputs_audit import audit_outputs
from keras_entropy.attacks.audits.steps import STEP_ATTACKS
from keras_entropy.attacks.results import Headline
from keras_entropy.attacks.scorers.attack_table import TARGET_ATTACKS


@dataclasses.dataclass(frozen=True)
class LabelsAudit:
    """The attacks on a model of L labels: on each alone, and on all together.

    Attributes:
        labels: List of L `Audit`, one a label.
        together: `Audit` of the mean of a signal over an example's labels, or `None` if
            no attack was asked for that makes one.
        number: Integer, the label that gives away most, or `None` where that is all of
            them together.
    """

    labels: list[Audit]
    together: Audit | None
    number: int | None

    @property
    def strongest(self) -> Headline:
        """The strongest of all. Its interval holds for all of them at once."""
        audit = self.together if self.number is None else self.labels[self.number]
        assert audit is not None
        return audit.strongest

    @property
    def auc(self) -> float:
        """Float, the strongest attack's AUC, of the label that has the largest."""
        return self.strongest.auc


def audit_labels(
    member_outputs: Array,
    member_labels: Array,
    nonmember_outputs: Array,
    nonmember_labels: Array,
    *,
    from_logits: bool = False,
    attacks: str | Sequence[str] = "all",
    seed: int = 0,
    confidence: float = 0.95,
    fpr_levels: Sequence[float] = DEFAULT_LEVELS,
) -> LabelsAudit:
    """Attacks one model of L labels, each with a sigmoid unit of its own.

    One audit a label, as of a classifier of two classes, and one of all labels
    together, in which an example's score is the mean of its labels' signals. The
    largest AUC of L + 1 is larger than each of them by chance alone: every interval is
    as wide as it takes for all to hold at once (Bonferroni).

    Args:
        member_outputs: Float array `(n, L)` of probabilities, or of logits with
            `from_logits=True`.
        member_labels: Array `(n, L)` of 0 and 1.
        nonmember_outputs: Float array `(m, L)`, of the same kind.
        nonmember_labels: Array `(m, L)`.
        from_logits: Boolean. Defaults to `False`.
        attacks: `"all"`, or names out of `TARGET_ATTACKS`. Defaults to `"all"`.
        seed: Integer, for folds and resamples.
        confidence: Float in (0, 1), of all intervals at once. Defaults to 0.95.
        fpr_levels: As for `audit_outputs`. Defaults to `(0.01, 0.001)`.

    Returns:
        `LabelsAudit`.

    Raises:
        ValueError: If the arrays are of other shapes, or as for `audit_outputs`.

    Example:

        >>> rng = np.random.default_rng(0)
        >>> labels = rng.integers(0, 2, (1000, 3))
        >>> logits = rng.normal(size=(1000, 3))
        >>> logits[:500, 1] += 3 * (2 * labels[:500, 1] - 1)  # of label 1 alone
        >>> audit = audit_labels(
        ...     logits[:500], labels[:500], logits[500:], labels[500:],
        ...     from_logits=True, attacks=("loss", "entropy"),
        ... )
        >>> audit.number
        1
    """
    array_checks.check_confidence(confidence)
    names = array_checks.check_names(attacks, TARGET_ATTACKS, "attacks")
    inside, outside = (
        array_checks.as_array(member_outputs, "member_outputs"),
        array_checks.as_array(nonmember_outputs, "nonmember_outputs"),
    )
    y_inside, y_outside = np.asarray(member_labels), np.asarray(nonmember_labels)
    for outputs, y in ((inside, y_inside), (outside, y_outside)):
        if outputs.ndim != 2 or outputs.shape != y.shape:
            raise ValueError(
                "Outputs and labels must both be of shape (examples, labels). "
                f"Received: outputs {outputs.shape}, labels {y.shape}"
            )
    if inside.shape[1] != outside.shape[1]:
        raise ValueError(
            "Members and non-members must have the same labels. Received: "
            f"{inside.shape[1]} and {outside.shape[1]}"
        )
    count = inside.shape[1]
    all_at_once = 1 - (1 - confidence) / (count + 1)
    audits = [
        audit_outputs(
            inside[:, number],
            y_inside[:, number],
            outside[:, number],
            y_outside[:, number],
            from_logits=from_logits,
            attacks="all" if attacks == "all" else names,
            seed=seed,
            confidence=all_at_once,
            fpr_levels=fpr_levels,
        )
        for number in range(count)
    ]
    means = [name for name in names if name in STEP_ATTACKS]
    together = None
    if means:
        together = audit_outputs(
            inside[..., None],
            y_inside,
            outside[..., None],
            y_outside,
            from_logits=from_logits,
            attacks=means,
            seed=seed,
            confidence=all_at_once,
            fpr_levels=fpr_levels,
        )
    number = int(np.argmax([audit.auc for audit in audits]))
    all_lead = together is not None and together.auc >= audits[number].auc
    return LabelsAudit(audits, together, None if all_lead else number)
