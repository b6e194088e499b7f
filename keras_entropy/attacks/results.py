"""What an audit returns."""

import dataclasses

from keras_entropy.arrays import Array
from keras_entropy.attacks.leakage.divergence import Divergence
from keras_entropy.attacks.leakage.epsilon import EpsilonBound


@dataclasses.dataclass(frozen=True)
class OperatingPoint:
    """The true positive rate at a false positive rate.

    Attributes:
        tpr: Float, at the loosest threshold whose FPR is at most the nominal one.
        low: Float, lower end of its interval.
        high: Float, upper end.
        realised_fpr: Float, the FPR at that threshold: with ties it can be far below
            the nominal one.
    """

    tpr: float
    low: float
    high: float
    realised_fpr: float

    def ppv(self, prior):
        """The share of members among those that the attack calls members.

        Args:
            prior: Float in 0..1, the share of members among the attacker's candidates.

        Returns:
            Float; `prior` where the attack calls nobody a member.
        """
        flagged = prior * self.tpr + (1 - prior) * self.realised_fpr
        return prior * self.tpr / flagged if flagged else prior


@dataclasses.dataclass(frozen=True)
class Curve:
    """An ROC curve on a fixed grid, for drawing.

    Attributes:
        fpr: Float array `(L,)`, at most 100 points, from 0 to 1; 25 for a slice.
        tpr: Float array `(L,)`, the mean over targets.
        low: Float array `(L,)`, pointwise interval; NaN for a single target.
        high: Float array `(L,)`.
    """

    fpr: Array
    tpr: Array
    low: Array
    high: Array


_NOT_IN_ROW = ("curve", "pair_auc", "pair_inflation", "tpr_at_fpr")


@dataclasses.dataclass(frozen=True)
class AttackResult:
    """One attack on one slice of the examples.

    Attributes:
        attack: String, its name.
        group: String: threshold, label, trained, shadow or adaptive.
        slice: String: entire, class=3, correct, incorrect.
        auc: Float, 0.5 is no signal.
        auc_low: Float, lower end of its interval: 95 % for the entire set; for slices
            simultaneous over the slices.
        auc_high: Float, upper end.
        advantage: Float, TPR - FPR: the largest over thresholds, in absolute value,
            for attacks that have no natural threshold, else at that threshold.
        advantage_null: Float, the advantage to expect if there were no signal.
        tpr_at_fpr: Dict from "0.01" and "0.001" to `OperatingPoint`, or to `None`
            where too few non-members were there to tell.
        targets: Integer, the number of models attacked.
        n_members: Integer, members per target (the mean, rounded).
        n_nonmembers: Integer, non-members per target.
        curve: `Curve`, or `None` if it was not asked for.
        pair_auc: Float array `(T / 2,)`, the mean AUC of each complementary pair of
            targets; `None` for a single target.
        pair_inflation: Float, by which the variance over pairs is enlarged, because
            the attack on one pair learns from the others.
    """

    attack: str
    group: str
    slice: str
    auc: float
    auc_low: float
    auc_high: float
    advantage: float
    advantage_null: float
    tpr_at_fpr: dict
    targets: int
    n_members: int
    n_nonmembers: int
    curve: Curve | None = None
    pair_auc: Array | None = None
    pair_inflation: float = 1.0

    def row(self, defense):
        """The result as a dictionary of plain JSON values, for `defense`'s name."""
        row = {"defense": defense}
        for field in dataclasses.fields(self):
            if field.name not in _NOT_IN_ROW:
                row[field.name] = getattr(self, field.name)
        row["tpr_at_fpr"] = {
            level: None if point is None else dataclasses.asdict(point)
            for level, point in self.tpr_at_fpr.items()
        }
        return row


@dataclasses.dataclass(frozen=True)
class NotMeasured:
    """A figure that could not be had, and why.

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
        pair_inflation: Float, the largest of the two choices'.
    """

    attack: str
    chosen: tuple
    auc: float
    auc_low: float
    auc_high: float
    advantage: float
    pair_auc: Array | None = None
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


class _Attacks:
    """Access to a list of results, shared by the two kinds of audit."""

    @property
    def auc(self):
        """Float, the strongest attack's AUC."""
        return self.strongest.auc

    def get(self, attack, slice="entire"):
        """The `AttackResult` of an attack on a slice.

        Raises:
            KeyError: If it was not measured; the message says what was.
        """
        for result in self.attacks:
            if (result.attack, result.slice) == (attack, slice):
                return result
        measured = sorted({f"{r.attack} on {r.slice}" for r in self.attacks})
        raise KeyError(
            f"{attack} on {slice} was not measured. Measured: {', '.join(measured)}"
        )

    def rows(self, defense):
        """All results as dictionaries of plain JSON values."""
        return [result.row(defense) for result in self.attacks]


@dataclasses.dataclass(frozen=True)
class Audit(_Attacks):
    """The attacks on one target model.

    Attributes:
        attacks: List of `AttackResult`.
        strongest: `Headline`.
        illusion_gap: Float, the strongest attack's AUC minus the plain loss attack's:
            what an evaluation by loss alone fails to see. `None` without `loss`.
        js_entropy: `Divergence` of the entropy between members and non-members.
        js_cross_entropy: `Divergence` of the loss.
        epsilon: `EpsilonBound` from the threshold attacks and the label-only one,
            `None` if none of them was asked for.
        not_measured: List of `NotMeasured`.
    """

    attacks: list
    strongest: Headline
    illusion_gap: float | None
    js_entropy: Divergence
    js_cross_entropy: Divergence
    epsilon: EpsilonBound | None
    not_measured: list


@dataclasses.dataclass(frozen=True)
class GameAudit(_Attacks):
    """The attacks on the K models of a membership game.

    Attributes:
        attacks: List of `AttackResult`, each with its `pair_auc`.
        strongest: `Headline`, over the entire set.
        illusion_gap: `Difference` of the strongest attack and the plain loss attack,
            `None` without `loss`.
        js_entropy: `Divergence` of the entropy between members and non-members.
        js_cross_entropy: `Divergence` of the loss.
        not_measured: List of `NotMeasured`.
    """

    attacks: list
    strongest: Headline
    illusion_gap: Difference | None
    js_entropy: Divergence
    js_cross_entropy: Divergence
    not_measured: list
