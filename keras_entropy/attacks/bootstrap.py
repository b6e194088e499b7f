"""Bootstrap replicates of the AUC over examples."""

import numpy as np

from keras_entropy.attacks.roc import descending


def stratified_weights(member, resamples, rng):
    """How often each example is drawn in each resample.

    Members and non-members are drawn separately, with replacement, so that each
    resample holds as many of both as the data.

    Args:
        member: Boolean array `(n,)`.
        resamples: Integer B.
        rng: `numpy.random.Generator`.

    Yields:
        B integer arrays `(n,)`.
    """
    sides = np.flatnonzero(member), np.flatnonzero(~member)
    for _ in range(resamples):
        weights = np.zeros(member.size, np.int64)
        for side in sides:
            draws = rng.integers(0, side.size, side.size)
            weights[side] = np.bincount(draws, minlength=side.size)
        yield weights


class WeightedAuc:
    """The AUC of weighted examples, sorted once for any number of weightings.

    Args:
        scores: Float array `(n,)`.
        member: Boolean array `(n,)`.
        groups: Integer array `(n,)`, in `0..count - 1`; scores compare within a group
            only, and the groups' AUCs are averaged by their numbers of pairs. Defaults
            to one group.
        count: Integer, the number of groups. Defaults to 1.
    """

    def __init__(self, scores, member, groups=None, count=1):
        order = descending(scores)
        codes = np.zeros(scores.size, np.int16)
        if groups is not None:
            codes = groups[order].astype(np.int16)
            regroup = np.argsort(codes, kind="stable")
            order, codes = order[regroup], codes[regroup]
        self._order, self._member = order, member[order]
        scores = scores[order]
        changes = (scores[1:] != scores[:-1]) | (codes[1:] != codes[:-1])
        self._starts = np.flatnonzero(np.r_[True, changes])
        block_codes = codes[self._starts]
        self._bounds = np.searchsorted(block_codes, np.arange(count + 1))
        self._group = block_codes

    def __call__(self, weights):
        """The AUC under non-negative integer weights `(n,)`; NaN without pairs."""
        weights = weights[self._order].astype(np.int64)
        of_members = np.add.reduceat(weights * self._member, self._starts)
        of_nonmembers = np.add.reduceat(weights * ~self._member, self._starts)
        tp, fp = (np.r_[0, np.cumsum(counts)] for counts in (of_members, of_nonmembers))
        before = tp[self._bounds[:-1]]
        positives = tp[self._bounds[1:]] - before
        negatives = np.diff(fp[self._bounds])
        doubled = of_nonmembers * (2 * (tp[1:] - before[self._group]) - of_members)
        pairs = 2 * (positives * negatives).sum()
        return doubled.sum() / pairs if pairs else np.nan
