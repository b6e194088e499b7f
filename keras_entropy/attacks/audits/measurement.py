"""From scores to AUC, advantage and operating points, for many targets and slices."""

from __future__ import annotations

import functools

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.audits.slices import NOWHERE
from keras_entropy.attacks.audits.slices import Partition
from keras_entropy.attacks.results import OperatingPoint
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.auc_estimate import AucEstimate
from keras_entropy.attacks.statistics.roc import RocFamily
from keras_entropy.attacks.statistics.roc import null_advantage
from keras_entropy.attacks.statistics.weighted_mean import weighted_mean

# An operating point rests on its false positives: with fewer than these, no number.
MIN_FALSE_POSITIVES = 10


class Measurement:
    """One attack on R targets and the S slices of a partition.

    Args:
        scores: `Scores`.
        membership: Boolean array `(R, N)`.
        partition: `Partition`.
        order: The order of the flattened scores, `roc.descending`.

    Attributes:
        members: Integer array `(R, S)`.
        nonmembers: Integer array `(R, S)`.
        auc: Float array `(R, S)`; folds averaged by their numbers of pairs; NaN where
            no fold has both sides.
        advantage: Float array `(R, S)`.
        advantage_null: Float array `(R, S)`.
    """

    def __init__(
        self,
        scores: Scores,
        membership: Booleans,
        partition: Partition,
        order: Integers,
    ) -> None:
        targets, slices = membership.shape[0], len(partition.names)
        folds = scores.fold_count
        codes = partition.codes + slices * np.arange(targets)[:, None]
        if scores.folds is not None:
            codes = codes * folds + scores.folds
        left_out = partition.codes == NOWHERE
        if scores.excluded is not None:
            left_out |= scores.excluded
        codes[left_out] = -1
        self._correlation = scores.fold_correlation
        self._shape = (targets, slices, folds)
        self._roc = RocFamily(
            scores.values.ravel(),
            membership.ravel(),
            codes.ravel(),
            targets * slices * folds,
            order,
        )
        self._members = self._roc.members.reshape(self._shape)
        self._nonmembers = self._roc.nonmembers.reshape(self._shape)
        self.members = self._members.sum(axis=2)
        self.nonmembers = self._nonmembers.sum(axis=2)
        self._auc = self._roc.auc().reshape(self._shape)
        pairs = self._members * self._nonmembers
        self.auc = weighted_mean(self._auc, pairs)
        if scores.natural:
            tp, fp = (
                counts.reshape(self._shape).sum(axis=2)
                for counts in self._roc.counts_above(0.0)
            )
            with np.errstate(invalid="ignore"):
                self.advantage = tp / self.members - fp / self.nonmembers
            self.advantage_null = np.where(np.isnan(self.auc), np.nan, 0.0)
        else:
            gaps = self._roc.advantage().reshape(self._shape)
            self.advantage = weighted_mean(gaps, pairs)
            levels = null_advantage(self._members, self._nonmembers)
            self.advantage_null = weighted_mean(levels, pairs)

    def estimate(self, number: int, target: int = 0) -> AucEstimate:
        """Returns the `AucEstimate` of slice `number` of a target."""
        return AucEstimate.of_folds(
            self._auc[target, number],
            self._variance_terms[:, target, number],
            self._members[target, number],
            self._nonmembers[target, number],
            self._correlation,
        )

    @functools.cached_property
    def _variance_terms(self) -> Floats:
        return np.stack(self._roc.placement_variances()).reshape(2, *self._shape)

    def rates(self, fpr: float) -> tuple[Floats, Floats]:
        """TPR and realised FPR `(R, S)`, NaN where there are too few non-members.

        Refused where the false positives to expect are fewer than ten over all
        targets, or where the threshold of a group would be above all its non-members.
        """
        tp, reached = (
            found.reshape(self._shape) for found in self._roc.operating_point(fpr)
        )
        # Products of whole counts, such as 100,000 * 0.0001, may miss by rounding.
        slack = 1 - 1e-9
        expected = self.nonmembers.sum(axis=0) * fpr
        above_all = ((self._nonmembers + 1) * fpr < slack).any(axis=2)
        refused = (expected < MIN_FALSE_POSITIVES * slack) | above_all
        with np.errstate(invalid="ignore", divide="ignore"):
            tpr = tp.sum(axis=2) / self.members
            realised = (reached * self._nonmembers).sum(axis=2) / self.nonmembers
        # None of m is no certainty.
        realised = np.maximum(realised, 1 / (self.nonmembers.sum(axis=0) + 1))
        tpr[refused] = np.nan
        return tpr, realised

    def bend(self, fpr: float) -> Floats:
        """What the curves' bend adds to `rates`, `(R, S)`: see `RocFamily.bend`."""
        found = self._roc.bend(fpr).reshape(self._shape).sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            return found / self.members

    def operating_point(
        self, number: int, fpr: float, confidence: float
    ) -> OperatingPoint | None:
        """Returns the `OperatingPoint` of slice `number` of the only target, or `None`.

        The interval is distribution-free and counts the choice of the threshold in:
        the threshold of this FPR in the population lies between two order statistics
        of the non-members, and the TPR at each of the two has its exact interval.
        """
        tpr, realised = (rate[0, number] for rate in self.rates(fpr))
        if np.isnan(tpr):
            return None
        # Four ways to err share the error probability.
        tail = (1 - confidence) / 4
        nonmembers = self._nonmembers
        few = intervals.binomial_quantile(tail, nonmembers, fpr) - 1
        many = intervals.binomial_quantile(1 - tail, nonmembers, fpr)
        members = self.members[0, number]
        bounds = []
        for limit in (few, many):
            tp = self._roc.counts_at_most(limit.ravel())[0].reshape(self._shape)
            share = intervals.share_interval(tp[0, number].sum(), members, 1 - 2 * tail)
            bounds.append(share)
        return OperatingPoint(
            float(tpr), float(bounds[0][0]), float(bounds[1][1]), float(realised)
        )

    def curves(self, fpr: Floats) -> Floats:
        """TPR on a grid of FPRs `(R, S, L)`, NaN where no fold has both sides."""
        up = self._roc.tpr_on(fpr).reshape(*self._shape, len(fpr)).swapaxes(2, 3)
        # A fold without one of the sides has no curve, and no part in the mean.
        weights = np.where(self._nonmembers > 0, self._members, 0)[:, :, None]
        return weighted_mean(up, np.broadcast_to(weights, up.shape))


def curve_grid(nonmembers: float) -> Floats:
    """FPRs to draw a curve at: dense at the low end, nothing below one example."""
    low = np.geomspace(1 / nonmembers, 0.1, 40)
    return np.unique(np.r_[0.0, low, np.linspace(0.1, 1, 46)])


def slice_grid() -> Floats:
    """FPRs to draw a curve of a slice at: few, because there are many slices."""
    return np.r_[0.0, 0.01, 0.02, 0.03, 0.05, 0.07, np.linspace(0.1, 1, 19)]
