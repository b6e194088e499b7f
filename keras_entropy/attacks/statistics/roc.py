"""ROC curves, exact on ties, of many groups of scores from one sort."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

# E[sup |Brownian bridge|]: the mean of the two-sample Kolmogorov-Smirnov statistic.
_KOLMOGOROV_MEAN = np.sqrt(np.pi / 2) * np.log(2)


class RocFamily:
    """The ROC curves of G groups of scores.

    A larger score is more member-like. A curve has one vertex for each distinct score
    of its group, at the end of the block of ties, so quantised and constant scores are
    exact. Counts are integers until the last division.

    Args:
        scores: Float array `(n,)`, finite.
        member: Boolean array `(n,)`.
        groups: Integer array `(n,)`, each example's group, in `0..count - 1`; -1 leaves
            it out. Defaults to one group.
        count: Integer G. Defaults to 1.
        order: Integer array `(n,)`, `descending(scores)`, for a caller who groups the
            same scores in several ways and sorts once.

    Attributes:
        members: Integer array `(G,)`.
        nonmembers: Integer array `(G,)`.
        first: Integer array `(G,)`, each group's first vertex.
        last: Integer array `(G,)`, one past each group's last vertex.
        thresholds: Float array `(V,)`, scores of all vertices, descending in a group.
        tp: Integer array `(V,)`, members at or above the threshold.
        fp: Integer array `(V,)`, non-members at or above the threshold.

    Example:

        >>> roc = RocFamily(np.array([3., 2., 2., 1.]), np.array([1, 1, 0, 0], bool))
        >>> roc.auc()
        array([0.875])
    """

    def __init__(
        self,
        scores: Floats,
        member: Booleans,
        groups: Integers | None = None,
        count: int = 1,
        order: Integers | None = None,
    ) -> None:
        order = descending(scores) if order is None else order
        if groups is None:
            codes: Integers = np.zeros(scores.size, np.int8)
            scores, member = scores[order], member[order]
            changes = scores[1:] != scores[:-1]
        else:
            # A stable sort of small integers is a radix sort: linear.
            codes = groups.astype(np.min_scalar_type(-count))[order]
            regroup = np.argsort(codes, kind="stable")
            codes = codes[regroup]
            kept = slice(np.searchsorted(codes, 0), None)
            order, codes = order[regroup[kept]], codes[kept]
            scores, member = scores[order], member[order]
            changes = (scores[1:] != scores[:-1]) | (codes[1:] != codes[:-1])
        # More than the false positives of a group that others follow.
        self._stride = scores.size
        ends = np.append(np.flatnonzero(changes), scores.size - 1)[: scores.size]
        codes = codes[ends]
        self.first = np.searchsorted(codes, np.arange(count), "left")
        self.last = np.searchsorted(codes, np.arange(count), "right")
        self.thresholds = scores[ends]
        self._codes = codes
        tp = np.cumsum(member, dtype=np.int64)[ends]
        fp = ends + 1 - tp
        tp_total, fp_total = np.r_[0, tp], np.r_[0, fp]
        tp_before, fp_before = tp_total[self.first], fp_total[self.first]
        self.members = tp_total[self.last] - tp_before
        self.nonmembers = fp_total[self.last] - fp_before
        self._dtp, self._dfp = np.diff(tp_total), np.diff(fp_total)
        self.tp, self.fp = tp - tp_before[codes], fp - fp_before[codes]

    def auc(self) -> Floats:
        """Areas under the curves `(G,)`; NaN where a group lacks one side."""
        doubled = self._sum(self._dfp * (2 * self.tp - self._dtp))
        return _divide(doubled, 2 * self.members * self.nonmembers)

    def placement_variances(self) -> tuple[Floats, Floats]:
        """The two terms of the AUC's variance, each `(G,)`; NaN without both sides.

        The variances, over members and over non-members, of the share of the other
        side that an example beats, ties counted half (DeLong et al., 1988), each
        divided by its number of examples. Their sum is the variance of the AUC. Each
        side counts as if it held one example more above all others and one below: a
        share of 0 in 100 is no certainty (Agresti and Caffo, 2000, for two shares,
        which is what the AUC of two distinct scores compares).
        """
        members, nonmembers = self.members[self._codes], self.nonmembers[self._codes]
        above = (nonmembers - self.fp + self._dfp / 2 + 1) / (nonmembers + 2)
        below = (self.tp - self._dtp / 2 + 1) / (members + 2)
        return (
            self._variance(above, self._dtp, self.members, self.nonmembers),
            self._variance(below, self._dfp, self.nonmembers, self.members),
        )

    def _variance(
        self, share: Floats, weight: Integers, examples: Integers, others: Integers
    ) -> Floats:
        """Variance `(G,)` of a mean of shares, with the two examples added."""
        ends = np.stack([0.5 / (others + 2), (others + 1.5) / (others + 2)])
        mean = (self._sum(weight * share) + ends.sum(axis=0)) / (examples + 2)
        squares = self._sum(weight * (share - mean[self._codes]) ** 2)
        squares += ((ends - mean) ** 2).sum(axis=0)
        # The mean is of the examples that are there, without the two.
        result = squares / ((examples + 1) * np.maximum(examples, 1))
        return np.where((examples > 0) & (others > 0), result, np.nan)

    def advantage(self) -> Floats:
        """Largest `|TPR - FPR|` over all thresholds `(G,)`; NaN without both sides."""
        gap = np.abs(
            _divide(self.tp, self.members[self._codes])
            - _divide(self.fp, self.nonmembers[self._codes])
        )
        result = np.full(self.members.size, np.nan)
        filled = self.last > self.first
        if filled.any():
            result[filled] = np.maximum.reduceat(gap, self.first[filled])
        return result

    def operating_point(self, fpr: float) -> tuple[Floats, Floats]:
        """True positives at a false positive rate, and the rate that is reached.

        Of m non-members the k-th largest has on average k / (m + 1) of their population
        above it. The threshold is therefore at k = fpr (m + 1), and the counts of the
        members above the two non-members beside it are weighted as k lies between them.
        To allow fpr * m of these non-members would allow more of others, as the
        threshold is chosen to suit these.

        With ties the threshold is the loosest with fewer than k non-members at or above
        it. One more non-member would pass if it made at most k of all m + 1, so that
        the rate to expect of others is f / (m + 1) for the most non-members f <= k that
        a threshold lets through.

        Returns:
            `(true positives, FPR)`, two float arrays `(G,)`.
        """
        return self._at_rank(fpr * (self.nonmembers + 1))

    def bend(self, fpr: float) -> Floats:
        """What the curve's bend adds to the true positives of `operating_point`.

        The k-th largest non-member varies about its place, and where the curve bends
        the mean over that is not the curve's value: too low for most attacks, by as
        much however many groups are averaged. To second order it is half the curve's
        second derivative times the variance of the place, k (m + 1 - k) /
        ((m + 1)^2 (m + 2)). The derivative is taken from the counts at k and at half of
        k on either side, one non-member at least; subtract the result from the counts.

        Where ties leave no three places apart it is 0.

        Returns:
            Float array `(G,)`, negative where the curve is concave.
        """
        rank = fpr * (self.nonmembers + 1)
        step = np.maximum(rank / 2, 1)
        (tp_before, before), (tp, here), (tp_after, after) = map(
            self._at_rank, (rank - step, rank, rank + step)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            slope_before = (tp - tp_before) / (here - before)
            slope_after = (tp_after - tp) / (after - here)
            second = 2 * (slope_after - slope_before) / (after - before)
            bend = second / 2 * here * (1 - here) / (self.nonmembers + 2)
        return np.where((before < here) & (here < after), bend, 0.0)

    def _at_rank(self, rank: Floats) -> tuple[Floats, Floats]:
        """True positives and FPR at the k-th largest non-member of each group `(G,)`.

        Between whole numbers both are weighted; above all non-members they are 0.
        """
        whole = np.floor(rank)
        weight = rank - whole
        tp, fp = self.counts_at_most(whole)
        tp_before = self.counts_at_most(whole - 1)[0]
        fp_after = self.counts_at_most(whole + 1)[1]
        false = (1 - weight) * fp + weight * fp_after
        return (1 - weight) * tp_before + weight * tp, false / (self.nonmembers + 1)

    def counts_at_most(self, false_positives: Array) -> tuple[Integers, Integers]:
        """True and false positives at the last vertex with `fp <= false_positives[g]`.

        Args:
            false_positives: Numbers `(G,)`; where no vertex qualifies, both are 0.
        """
        limits = np.minimum(false_positives, self.nonmembers).astype(np.int64)
        keys = self._stride * np.arange(self.members.size) + limits
        return self._counts(np.searchsorted(self._fp_by_group, keys, "right"))

    @functools.cached_property
    def _fp_by_group(self) -> Integers:
        """False positives of all vertices, ascending through all groups."""
        return self._stride * self._codes.astype(np.int64) + self.fp

    def counts_above(self, threshold: float) -> tuple[Integers, Integers]:
        """True and false positives with a score above `threshold`, arrays `(G,)`."""
        return self._counts(
            first + np.searchsorted(-self.thresholds[first:last], -threshold, "left")
            for first, last in zip(self.first, self.last, strict=True)
        )

    def _counts(
        self, group_stops: Iterable[int] | Integers
    ) -> tuple[Integers, Integers]:
        """Counts just before each group's stop, zero where that is its start."""
        stops = np.fromiter(group_stops, np.int64, self.members.size)
        found = stops > self.first
        tp, fp = np.zeros((2, stops.size), np.int64)
        tp[found], fp[found] = self.tp[stops[found] - 1], self.fp[stops[found] - 1]
        return tp, fp

    def vertices(self, group: int = 0) -> tuple[Floats, Floats, Floats]:
        """`(fpr, tpr, thresholds)` of one group, from (0, 0) at infinity to (1, 1)."""
        here = slice(self.first[group], self.last[group])
        return (
            np.r_[0.0, self.fp[here] / self.nonmembers[group]],
            np.r_[0.0, self.tp[here] / self.members[group]],
            np.r_[np.inf, self.thresholds[here]],
        )

    def tpr_on(self, fpr: Floats) -> Floats:
        """TPR of each group on a grid of FPRs `(L,)`, as an array `(G, L)`.

        Straight lines join the vertices, which is what a coin toss between two
        thresholds achieves. For drawing; `operating_point` is for numbers.
        """
        result = np.full((self.members.size, len(fpr)), np.nan)
        for group in np.flatnonzero((self.members > 0) & (self.nonmembers > 0)):
            here = slice(self.first[group], self.last[group])
            across = np.append(0.0, self.fp[here] / self.nonmembers[group])
            up = np.append(0.0, self.tp[here] / self.members[group])
            result[group] = np.interp(fpr, across, up)
        return result

    def _sum(self, values: Array) -> Floats:
        total = np.zeros(self.members.size)
        filled = self.last > self.first
        if filled.any():
            total[filled] = np.add.reduceat(values, self.first[filled])
        return total


def descending(scores: Floats) -> Integers:
    """The order of the scores, largest first."""
    return np.argsort(-scores)


def null_advantage(members: int | Integers, nonmembers: int | Integers) -> Floats:
    """The advantage to expect of scores that carry no signal.

    The maximum of `|TPR - FPR|` over thresholds is a Kolmogorov-Smirnov statistic: it
    is above zero on pure noise, by 0.8687 sqrt(1/n + 1/m) on average (fewer where
    scores tie). An advantage means something only beside this level.

    Args:
        members: Number or array, n.
        nonmembers: Number or array, m.
    """
    inside, outside = np.asarray(members, float), np.asarray(nonmembers, float)
    total = _divide(inside + outside, inside * outside)
    return _KOLMOGOROV_MEAN * np.sqrt(total)


def _divide(numerator: Array, denominator: Array) -> Floats:
    """The ratio, NaN where the denominator is not positive."""
    result = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    return np.divide(numerator, denominator, out=result, where=denominator > 0)
