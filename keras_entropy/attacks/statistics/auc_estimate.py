"""The AUC of one target, and how far it may be off."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import special

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers


@dataclasses.dataclass(frozen=True)
class AucEstimate:
    """An AUC, its variance and the degrees of freedom of that.

    The variance is DeLong's, the degrees of freedom Satterthwaite's, as in the test of
    Brunner and Munzel, with two examples added to each side
    (`RocFamily.placement_variances`), so that few examples, rare events and a perfect
    separation get honestly wide intervals.

    Attributes:
        value: Float in 0..1.
        variance: Float, positive.
        degrees: Float, positive.
    """

    value: float
    variance: float
    degrees: float

    @classmethod
    def of_folds(
        cls,
        auc: Floats,
        terms: Floats,
        members: Integers,
        nonmembers: Integers,
        correlation: float = 0.0,
    ) -> AucEstimate:
        """Averages the AUCs of G folds by their numbers of (member, non-member) pairs.

        Scores of different folds are never compared.

        Args:
            auc: Float array `(G,)`.
            terms: Float array `(2, G)`, `RocFamily.placement_variances()`.
            members: Integer array `(G,)`.
            nonmembers: Integer array `(G,)`; one fold at least has both sides.
            correlation: Float in [0, 1), the assumed correlation of two folds' AUCs.
        """
        used = members * nonmembers > 0
        auc, members, nonmembers = auc[used], members[used], nonmembers[used]
        terms = np.asarray(terms)[:, used]
        weights = members * nonmembers / (members * nonmembers).sum()
        # Equal AUCs, as of constant scores, must not be moved by rounding.
        mean = float(auc[0] if (auc == auc[0]).all() else weights @ auc)
        spread = weights * np.sqrt(terms.sum(axis=0))
        variance = (1 - correlation) * (spread**2).sum() + correlation * (
            spread.sum() ** 2
        )
        shares = weights**2 * terms
        # Those of the examples that are there: the two that are added know nothing.
        squares = sum(
            shares[side] ** 2 / np.maximum(count - 1, 1)
            for side, count in enumerate((members, nonmembers))
        )
        return cls(mean, float(variance), float(shares.sum() ** 2 / np.sum(squares)))

    def mean_with(self, other: AucEstimate) -> AucEstimate:
        """Returns the mean of two estimates that may depend on each other.

        The errors are added as if they were one and the same, which no dependence can
        exceed (Cauchy and Schwarz).

        Args:
            other: `AucEstimate`.
        """
        deviation = (np.sqrt(self.variance) + np.sqrt(other.variance)) / 2
        shares = self.variance**2 / self.degrees, other.variance**2 / other.degrees
        return AucEstimate(
            (self.value + other.value) / 2,
            float(deviation**2),
            (self.variance + other.variance) ** 2 / sum(shares),
        )

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Returns `(low, high)`, Student's t, within 0..1.

        Args:
            confidence: Float in (0, 1).
        """
        quantile = special.stdtrit(self.degrees, (1 + confidence) / 2)
        half = float(quantile * np.sqrt(self.variance))
        return max(0.0, self.value - half), min(1.0, self.value + half)
