"""Which of many points to choose, and what repeated questions leave of the best.

Whatever is chosen among many looks better than it is on the data that chose it. The
pairs of models are halved: one half chooses, and the other reports. It loads no Keras.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.statistics.intervals import mean_interval
from keras_entropy.search.points import Point

# Two AUCs that differ by less are the same to the search, and the better answer wins.
TIE = 0.005
# The share of what is above 0.5 that has to go before repeated questions are said to be
# protected from.
ENOUGH = 0.5


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A mean over pairs of models, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Often:
    """What an attacker who asks often finds behind the best that is allowed.

    Args:
        verdict: `"no signal"` where such questions aren't shown to tell members of the
            undefended model; `"protected"` where the best is shown to take at least
            half of what is above 0.5; `"unprotected"` where it is shown to take less;
            `"unclear"` where neither is shown.
        names: The best on each half of the pairs, as the other half reports it.
        left: AUC behind it, over all pairs.
        base: AUC without defense.
    """

    verdict: Literal["no signal", "protected", "unprotected", "unclear"]
    names: tuple[str, ...]
    left: Estimate
    base: Estimate


def halves(pairs: int) -> tuple[Booleans, Booleans]:
    """Returns which pairs are of which half: even-numbered, and odd-numbered ones."""
    even = np.arange(pairs) % 2 == 0
    return even, ~even


def choose(points: Sequence[Point], allowed: Sequence[bool], half: int) -> int:
    """Returns the number of the point to take, by one half of the pairs alone.

    Of those with the lowest AUC that with the lowest NLL, and none that leaks more than
    the first.

    Args:
        points: No defense first.
        allowed: Whether each is within the limits; no defense always is.
        half: Integer, 0 or 1: which half chooses.
    """
    auc = [point.half_auc[half] for point in points]
    open_ = [i for i, ok in enumerate(allowed) if (ok or not i) and auc[i] <= auc[0]]
    best = min(auc[i] for i in open_)
    near = [i for i in open_ if auc[i] <= best + TIE]
    mask = halves(len(points[0].pair_auc))[half]
    return min(near, key=lambda i: points[i].nll[mask].mean())


def asked_often(
    points: Sequence[Point], allowed: tuple[Sequence[bool], Sequence[bool]]
) -> Often | None:
    """Returns what repeated questions leave; `None` where none were asked or allowed.

    The best is chosen on each half of the pairs and reported on the other.

    Args:
        points: No defense first.
        allowed: For each half of the pairs, whether each point is within the limits, by
            that half.
    """
    base = points[0].asked_often
    best = [_best_often(points, ok, half) for half, ok in enumerate(allowed)]
    if base is None or None in best:
        return None
    chosen = [points[i] for i in best if i is not None]
    left = np.empty_like(base)
    for point, mask in zip(chosen, reversed(halves(len(base))), strict=True):
        assert point.asked_often is not None  # `_best_often` takes no other.
        left[mask] = point.asked_often[mask]
    inflation = max(point.pair_inflation for point in (points[0], *chosen))
    without = estimate(base, inflation)
    remains = (left - 0.5) - (1 - ENOUGH) * (base - 0.5)
    contrast = estimate(remains, inflation, bounded=False)
    verdict: Literal["no signal", "protected", "unprotected", "unclear"] = "unclear"
    if without.low <= 0.5:
        verdict = "no signal"
    elif contrast.high < 0:
        verdict = "protected"
    elif contrast.low >= 0:
        verdict = "unprotected"
    names = tuple(dict.fromkeys(point.name for point in chosen))
    return Often(verdict, names, estimate(left, inflation), without)


def change(point: Point, base: Point, reporting: Booleans) -> Estimate:
    """Returns the AUC of a point minus that of another, on the pairs that report."""
    inflation = max(point.pair_inflation, base.pair_inflation)
    difference = (point.pair_auc - base.pair_auc)[reporting]
    return estimate(difference, inflation, bounded=False)


def estimate(values: Floats, inflation: float, *, bounded: bool = True) -> Estimate:
    """Returns a mean over pairs and its interval, of AUCs where it is bounded."""
    value, low, high = map(float, mean_interval(values, inflation=inflation))
    if bounded:
        low, high = max(0.0, low), min(1.0, high)
    return Estimate(value, low, high)


def _best_often(
    points: Sequence[Point], allowed: Sequence[bool], half: int
) -> int | None:
    found = {
        i: often[half]
        for i, point in enumerate(points)
        if i and allowed[i] and (often := point.half_often) is not None
    }
    return min(found, key=found.__getitem__) if found else None
