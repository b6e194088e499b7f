"""The results of attacks: on one slice, the strongest, and on each example."""

from __future__ import annotations

import dataclasses
from typing import Literal
from typing import NamedTuple
from typing import TypedDict

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.attack_name import AttackName

# The kinds of attacks.
Group = Literal["threshold", "label", "trained", "shadow", "adaptive", "neighbors"]


class RateRow(TypedDict):
    """A true positive rate at one false positive rate, as plain JSON values."""

    tpr: float | None
    low: float | None
    high: float | None
    realised_fpr: float | None


class AttackRow(TypedDict):
    """One attack on one defense and slice, as plain JSON values."""

    defense: str
    attack: str
    group: Group
    asked: Literal["once", "often"]
    slice: str
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    advantage: float | None
    advantage_null: float | None
    tpr_at_fpr: dict[str, RateRow | None] | None
    targets: int | None
    n_members: int | None
    n_nonmembers: int | None


@dataclasses.dataclass(frozen=True)
class OperatingPoint:
    """The true positive rate at a false positive rate.

    Attributes:
        tpr: Float, at the threshold that lets the nominal share of all non-members
            through, or the nearest below that ties allow.
        low: Float, lower end of its interval.
        high: Float, upper end.
        realised_fpr: Float, the FPR to expect at that threshold, of other non-members
            than those that it was chosen on: with ties it can be far below the nominal
            one.
    """

    tpr: float
    low: float
    high: float
    realised_fpr: float

    def ppv(self, prior: float) -> float:
        """The share of members among those that the attack calls members.

        Args:
            prior: Float in 0..1, the share of members among the attacker's candidates.

        Returns:
            Float; `prior` where the attack calls nobody a member.
        """
        flagged = prior * self.tpr + (1 - prior) * self.realised_fpr
        return prior * self.tpr / flagged if flagged else prior

    def row(self) -> RateRow:
        """Returns the point as a dictionary of plain JSON values."""
        return {
            "tpr": self.tpr,
            "low": self.low,
            "high": self.high,
            "realised_fpr": self.realised_fpr,
        }


@dataclasses.dataclass(frozen=True)
class Curve:
    """An ROC curve on a fixed grid, for drawing.

    Attributes:
        fpr: Float array `(L,)`, at most 100 points, from 0 to 1; 25 for a slice.
        tpr: Float array `(L,)`, the mean over targets.
        low: Float array `(L,)`, pointwise interval; NaN for a single target.
        high: Float array `(L,)`.
    """

    fpr: Floats
    tpr: Floats
    low: Floats
    high: Floats


@dataclasses.dataclass(frozen=True)
class AttackResult:
    """One attack on one slice of the examples.

    Attributes:
        attack: String, its name; `AttackName.parse` tells the parts.
        group: String: threshold, label, trained, shadow, adaptive or neighbors.
        slice: String: entire, class=3, correct, incorrect.
        auc: Float, 0.5 is no signal.
        auc_low: Float, lower end of its interval: 95 % for the entire set; for slices
            simultaneous over the slices.
        auc_high: Float, upper end.
        advantage: Float, TPR - FPR: the largest over thresholds, in absolute value,
            for attacks that have no natural threshold, else at that threshold.
        advantage_null: Float, the advantage to expect if there were no signal.
        tpr_at_fpr: Dict from "0.01" and "0.001", or the `fpr_levels` that were asked
            for, to `OperatingPoint`, or to `None` where too few non-members were there
            to tell.
        targets: Integer, the number of models attacked.
        n_members: Integer, members per target (the mean, rounded).
        n_nonmembers: Integer, non-members per target.
        curve: `Curve`.
        pair_auc: Float array `(T / 2,)`, the mean AUC of each complementary pair of
            targets; `None` for a single target.
        pair_inflation: Float, by which the variance over pairs is enlarged, because
            the attack on one pair learns from the others; infinite where there are too
            few pairs for an interval.
    """

    attack: str
    group: Group
    slice: str
    auc: float
    auc_low: float
    auc_high: float
    advantage: float
    advantage_null: float
    tpr_at_fpr: dict[str, OperatingPoint | None]
    targets: int
    n_members: int
    n_nonmembers: int
    curve: Curve
    pair_auc: Floats | None = None
    pair_inflation: float = 1.0

    def row(self, defense: str) -> AttackRow:
        """The result as a dictionary of plain JSON values, for `defense`'s name."""
        return {
            "defense": defense,
            "attack": self.attack,
            "group": self.group,
            "asked": "often" if AttackName.parse(self.attack).asks_often else "once",
            "slice": self.slice,
            "auc": self.auc,
            "auc_low": self.auc_low,
            "auc_high": self.auc_high,
            "advantage": self.advantage,
            "advantage_null": self.advantage_null,
            "tpr_at_fpr": {
                level: None if point is None else point.row()
                for level, point in self.tpr_at_fpr.items()
            },
            "targets": self.targets,
            "n_members": self.n_members,
            "n_nonmembers": self.n_nonmembers,
        }


@dataclasses.dataclass(frozen=True)
class NotMeasured:
    """A figure that was not measured, and why.

    Attributes:
        what: String, the attack and slice.
        reason: String.
    """

    what: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Headline:
    """The strongest attack, chosen on one half and reported on the other, and swapped.

    Attributes:
        attack: String, the attack that is strongest over all of the data; a label.
        chosen: The two halves' choices, strings.
        auc: Float, the mean over the halves of the AUC of the other half's choice.
        auc_low: Float, lower end of the 95 % interval.
        auc_high: Float, upper end.
        advantage: Float, the advantage of `attack`.
        pair_auc: Float array `(T / 2,)`: for each pair of targets the AUC of the attack
            that the other half chose; `None` for a single target.
        pair_inflation: Float, the largest of the two choices', and more where there was
            a choice.
    """

    attack: str
    chosen: tuple[str, str]
    auc: float
    auc_low: float
    auc_high: float
    advantage: float
    pair_auc: Floats | None = None
    pair_inflation: float = 1.0


@dataclasses.dataclass(frozen=True)
class Difference:
    """A difference of two AUCs over the same pairs of targets.

    Attributes:
        value: Float, first minus second.
        low: Float, lower end of the t interval.
        high: Float, upper end.
        p_value: Float, one-sided: the probability of a difference at least as large
            if the true one were the margin.
    """

    value: float
    low: float
    high: float
    p_value: float


class ExampleScores(NamedTuple):
    """The scores that one attack gives the examples of one model.

    Attributes:
        values: Float array `(n,)`, larger for a likelier member; NaN where the attack
            does not score.
        folds: Integer array `(n,)` where scores compare within a fold only, or `None`.
    """

    values: Floats
    folds: Integers | None
