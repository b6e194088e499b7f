"""Rates of records that are too few for each model to set a threshold of its own.

One false positive in a hundred can't be told of the forty non-members of one model, but
of those of all models together. One threshold then holds for all models, as in Carlini
et al., "Membership Inference Attacks From First Principles", IEEE S&P 2022,
arXiv:2112.03570, and Aerni et al. 2024, arXiv:2404.17399.

That threshold rests on a handful of false positives, and its accident moves the rates
of all pairs together. Rates of pairs beside each other don't show that, so that an
interval from them would hold in 70 % of the cases instead of 95 %. What is returned of
a pair is therefore its jackknife value: what the rate of all becomes without the pair.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.audits.pair_results import Rates
from keras_entropy.attacks.scorers.scores import Scores

POOLED = "pooled"
# False positives to expect: with fewer, the rate that is reached may be twice that
# which is meant.
FEWEST = 5


def share_above(outside: Floats, fpr: float, scores: Floats) -> float:
    """Returns the share of scores above the threshold of a false positive rate.

    Args:
        outside: Float array `(n,)`, scores of non-members, the largest first. The
            threshold lets `fpr * (n + 1)` of them through, between two of them where
            that is no whole number.
        fpr: Float in (0, 1).
        scores: Float array `(m,)`, not empty.

    Returns:
        Float in 0..1; NaN where the threshold is above or below all non-members.
    """
    whole, weight = _place(outside, fpr)
    if not 1 <= whole < outside.size:
        return math.nan
    above, next_ = ((scores > outside[at]).mean() for at in (whole - 1, whole))
    return float((1 - weight) * above + weight * next_)


def expected_fpr(outside: Floats, fpr: float) -> float:
    """Returns the false positive rate to expect of others at the threshold.

    Args:
        outside: As for `share_above`, whose threshold is meant.
        fpr: Likewise.

    Returns:
        Float in 0..1. That threshold was chosen on these non-members, so that of others
        more pass: as in `RocFamily.operating_point`.
    """
    whole, weight = _place(outside, fpr)
    let_through, next_ = (_at_most(outside, count) for count in (whole, whole + 1))
    return ((1 - weight) * let_through + weight * next_) / (outside.size + 1)


def _place(outside: Floats, fpr: float) -> tuple[int, float]:
    """How many a threshold lets through, and the weight of one more."""
    rank = fpr * (outside.size + 1)
    whole = math.floor(rank + 1e-9)
    return whole, max(rank - whole, 0.0)


def _at_most(outside: Floats, count: int) -> int:
    """The most of the scores, but `count`, that a threshold lets through."""
    if count >= outside.size:
        return outside.size
    # Ascending, to find the first that is as large as the next.
    return outside.size - int(
        np.searchsorted(outside[::-1], outside[count], side="right")
    )


def rates(scores: Scores, membership: Booleans) -> Rates:
    """Returns the function from a false positive rate to TPR and realised FPR.

    Args:
        scores: `Scores` of T models, in pairs.
        membership: Boolean array `(T, N)`.
    """
    # Scores of different folds don't compare: no threshold holds for all.
    counted = np.full(membership.shape, scores.folds is None)
    if scores.excluded is not None:
        counted &= ~scores.excluded
    inside, outside = counted & membership, counted & ~membership
    return functools.partial(_pooled, scores.values, inside, outside)


def _pooled(
    scores: Floats, inside: Booleans, outside: Booleans, fpr: float
) -> tuple[Floats, Floats]:
    """Returns `(TPR, FPR)`, `(T, 1)` each; NaN where a threshold rests on too few.

    The mean of the first is the rate of all targets, its spread over pairs that of the
    jackknife; the second is the same for all.
    """
    targets = len(scores)
    tpr, realised = np.full((2, targets, 1), np.nan)
    few = fpr * outside.sum() < FEWEST - 1e-9
    if few or not inside.any(axis=1).all() or not outside.any(axis=1).all():
        return tpr, realised
    pairs = targets // 2
    pair = np.arange(targets) // 2
    of_all, false = _of_targets(scores, inside, outside, fpr)
    without = np.array(
        [
            _of_targets(scores[kept], inside[kept], outside[kept], fpr)[0]
            for kept in (pair != own for own in range(pairs))
        ]
    )
    values = of_all + (pairs - 1) * (without.mean() - without)
    tpr[:, 0] = np.repeat(values, 2)
    realised[:, 0] = false
    return tpr, realised


def _of_targets(
    scores: Floats, inside: Booleans, outside: Booleans, fpr: float
) -> tuple[float, float]:
    """Returns TPR and realised FPR of some targets at their common threshold."""
    members, others = scores[inside], np.sort(scores[outside])[::-1]
    return share_above(others, fpr, members), expected_fpr(others, fpr)
