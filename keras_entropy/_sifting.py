"""Empirical mode decomposition of a batch of short signals, up to the first mode.

The algorithm of Huang et al. as the package EMD-signal (`PyEMD.EMD()` with its
defaults) runs it for one signal: extrema on the grid, two extrema mirrored at each
end, cubic splines through the maxima and through the minima, and their mean taken
away until what remains is a mode. Everything here is for many rows at once.

Shapes: B signals of n points; 2 kinds of extrema, maxima and minima, of which the
second are the maxima of the signal's negative; 2 ends, of which the second is the
first of the reversed signal.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_entropy._compiled import compiled
from keras_entropy._envelope import spline

# Limits of the stopping rule, PyEMD's defaults.
_SCALED_VARIANCE = 1e-3
_RELATIVE_CHANGE = 0.2
_ENERGY_RATIO = 0.2
_POWER = 1e-10

_ROWS_AT_ONCE = 32
_BLOCKS = (4, 32, 256)

# What varies less is rounding.
_FLAT = 1e-5


def first_mode(signals: Any, siftings: int) -> Any:
    """Returns the first intrinsic mode of each row, `(B, n)`.

    A row with fewer than three extrema, at the start or after a sifting, is a trend
    and is returned as it is, and so is a flat row.

    Args:
        signals: Tensor `(B, n)`, float32.
        siftings: Largest number of siftings of a row.
    """
    n = signals.shape[-1]
    rows = ops.shape(signals)[0]
    # Few sizes of block, for each is compiled. A row of zeros is flat, and done.
    block = _BLOCKS[-1]
    for smaller in _BLOCKS[-2::-1]:
        if isinstance(rows, int):  # JAX needs an integer
            block = smaller if rows <= smaller else block
        else:
            block = ops.where(rows <= smaller, smaller, block)
    blocks = -(-rows // block)
    padded = ops.pad(signals, ((0, blocks * block - rows), (0, 0)))
    modes = _of_block(n, siftings)
    if isinstance(blocks, int) and blocks == 1:
        return modes(padded)[:rows]
    found = ops.map(modes, ops.reshape(padded, (blocks, block, n)))
    return ops.reshape(found, (-1, n))[:rows]


@functools.cache
def _of_block(n: int, siftings: int) -> Callable[[Any], Any]:
    return compiled(functools.partial(_first_modes, siftings=siftings), n)


def _first_modes(signals: Any, siftings: int) -> Any:
    def unfinished(modes: Any, left: Any) -> Any:
        return ops.any(left > 0)

    def sift(modes: Any, left: Any) -> tuple[Any, Any]:
        # Most rows are done after two siftings and a few need many, so that each
        # round takes only some rows: unfinished ones, as long as there are any.
        chosen = ops.argsort(ops.cast(left <= 0, "int32"))[:_ROWS_AT_ONCE]
        before = ops.take(modes, chosen, axis=0)
        result, done = _sifted(before, ops.take(signals, chosen, axis=0))
        siftings_left = ops.take(left, chosen)
        result = ops.where(siftings_left[:, None] > 0, result, before)
        siftings_left = ops.where(done, 0, siftings_left - 1)
        index = chosen[:, None]
        return (
            ops.scatter_update(modes, index, result),
            ops.scatter_update(left, index, siftings_left),
        )

    spread = ops.max(signals, axis=-1) - ops.min(signals, axis=-1)
    trend = ops.logical_or(_is_trend(extrema(signals)), spread < _FLAT)
    left = ops.where(trend, 0, ops.full_like(spread, siftings, dtype="int32"))
    return ops.while_loop(unfinished, sift, (signals, left))[0]


def _sifted(modes: Any, signals: Any) -> tuple[Any, Any]:
    """Sifts once.

    Args:
        modes: What is to be sifted, `(B, n)`.
        signals: What a trend falls back to, `(B, n)`.

    Returns:
        The result `(B, n)`, and boolean `(B,)`: whether it is final.
    """
    mean, signs_fit = _mean_envelope(modes, extrema(modes))
    sifted = modes - mean
    peaks = extrema(sifted)
    accepted = ops.logical_and(
        ops.logical_and(signs_fit, _converged(sifted, modes, mean)),
        _crosses_between_extrema(sifted, peaks),
    )
    # Accepted first: a mode with few extrema is still a mode.
    trend = ops.logical_and(_is_trend(peaks), ops.logical_not(accepted))
    result = ops.where(trend[:, None], signals, sifted)
    return result, ops.logical_or(accepted, trend)


def extrema(signals: Any) -> Any:
    """Returns where each kind of extremum is, boolean `(B, 2, n)`.

    Of two equal points that are higher than their neighbors the one with the even
    number counts, which is where the middle is rounded to. Such pairs are usual: the
    spline of a one-hot row is symmetric.
    """
    both = _both_signs(signals)
    rises = both[..., 1:] > both[..., :-1]
    falls = both[..., :-1] > both[..., 1:]
    single = ops.logical_and(rises[..., :-1], falls[..., 1:])
    level = ops.logical_not(ops.logical_or(rises, falls))
    pair = ops.logical_and(
        ops.logical_and(rises[..., :-2], falls[..., 2:]), level[..., 1:-1]
    )
    start = np.arange(1, signals.shape[-1] - 2)
    even = ops.logical_and(pair, start % 2 == 0)
    odd = ops.logical_and(pair, start % 2 == 1)
    found = [
        ops.pad(mask, ((0, 0), (0, 0), ends))
        for mask, ends in ((single, (1, 1)), (even, (1, 2)), (odd, (2, 1)))
    ]
    return ops.logical_or(found[0], ops.logical_or(found[1], found[2]))


def _both_signs(signals: Any) -> Any:
    return ops.stack([signals, -signals], axis=1)


def _is_trend(peaks: Any) -> Any:
    return _count(peaks, axis=(1, 2)) < 3


def _count(mask: Any, axis: Any) -> Any:
    return ops.sum(ops.cast(mask, "float32"), axis=axis)


def _mean_envelope(signals: Any, peaks: Any) -> tuple[Any, Any]:
    """Returns the mean of the envelopes, and whether every extremum has its sign."""
    n = signals.shape[-1]
    both = _both_signs(signals)
    mirrored = _mirrored(both, peaks)
    left, right = ops.flip(mirrored[:, 0], axis=2), mirrored[:, 1]
    grid = np.arange(n, dtype="float32")
    places = ops.concatenate(
        [
            left[..., 0],
            ops.where(peaks, grid, np.inf),
            # Counted from the right end, until here.
            ops.where(right[..., 0] < np.inf, (n - 1) - right[..., 0], np.inf),
        ],
        axis=-1,
    )
    values = ops.concatenate([left[..., 1], both, right[..., 1]], axis=-1)
    wrong = ops.logical_and(places < np.inf, values < 0)
    signs_fit = ops.logical_not(ops.any(wrong, axis=(1, 2)))
    # Both kinds as one batch; half of the points are extrema of a kind at most.
    knots = ops.reshape(ops.stack([places, values], axis=-1), (-1, n + 4, 2))
    envelopes = ops.reshape(spline(knots, n, n // 2 + 4), (-1, 2, n))
    return 0.5 * (envelopes[:, 0] - envelopes[:, 1]), signs_fit


def _mirrored(both: Any, peaks: Any) -> Any:
    """Returns two mirrored extrema beyond each end.

    Let E be the kind of the extremum next to the end and F the other. If the end
    lies within the envelope of F, the signal is mirrored at the first E; otherwise at
    the end, which then counts as an F. Where a mirror image at the first E would not
    reach the end, the signal is mirrored at the end after all.

    Args:
        both: Signals and their negatives, `(B, 2, n)`.
        peaks: Their maxima, boolean `(B, 2, n)`.

    Returns:
        Tensor `(B, end, kind, 2 extrema, position and value)`; positions count from
        the end.
    """
    values = ops.stack([both, ops.flip(both, axis=-1)], axis=1)
    present = ops.stack([peaks, ops.flip(peaks, axis=-1)], axis=1)
    grid = np.arange(both.shape[-1], dtype="float32")
    places = ops.where(present, grid, np.inf)
    first = _first(places, values)
    second = _first(ops.where(places > first[..., :1], places, np.inf), values)
    third = _first(ops.where(places > second[..., :1], places, np.inf), values)
    end = values[..., :1]
    end = ops.concatenate([ops.zeros_like(end), end], axis=-1)

    nearest = ops.min(first[..., :1], axis=2, keepdims=True)
    is_e = first[..., :1] == nearest
    is_f = ops.logical_not(is_e)
    within = ops.logical_and(is_f, end[..., 1:] < first[..., 1:])
    within = ops.any(within, axis=2, keepdims=True)
    farthest = _last_there(
        first, second, ops.where(is_e, third, ops.full_like(third, np.inf))
    )
    falls_short = ops.any(2.0 * nearest > farthest, axis=2, keepdims=True)
    at_e = ops.logical_and(within, ops.logical_not(falls_short))
    skip = ops.logical_and(is_e, at_e)
    insert = ops.logical_and(is_f, ops.logical_not(within))
    near = ops.where(skip, second, ops.where(insert, end, first))
    far = ops.where(skip, third, ops.where(insert, first, second))
    pair = ops.stack([near, far], axis=3)
    center = ops.where(at_e, nearest, 0.0)[..., None]
    place = pair[..., :1]
    mirrored = ops.where(place < np.inf, 2.0 * center - place, np.inf)
    return ops.concatenate([mirrored, pair[..., 1:]], axis=-1)


def _first(places: Any, values: Any) -> Any:
    """Returns the smallest place and the value there, `(..., 2)`."""
    place = ops.min(places, axis=-1, keepdims=True)
    here = ops.logical_and(places == place, places < np.inf)
    value = ops.sum(ops.where(here, values, 0.0), axis=-1, keepdims=True)
    return ops.concatenate([place, value], axis=-1)


def _last_there(first: Any, second: Any, third: Any) -> Any:
    """Returns the place of the last of three extrema that is there."""
    last = first[..., :1]
    for following in (second[..., :1], third[..., :1]):
        last = ops.where(following < np.inf, following, last)
    return last


def _converged(sifted: Any, before: Any, change: Any) -> Any:
    """Whether a sifting has changed little, by any of three measures, `(B,)`."""
    energy = _energy(change)
    spread = ops.max(before, axis=-1) - ops.min(before, axis=-1)
    # Multiplied out, for a signal may be zero somewhere.
    little = energy < _SCALED_VARIANCE * spread
    little = ops.logical_or(little, energy < _ENERGY_RATIO * _energy(before))
    zero = sifted == 0
    relative = ops.where(zero, 1.0, change / ops.where(zero, 1.0, sifted))
    little = ops.logical_or(little, _energy(relative) < _RELATIVE_CHANGE)
    return ops.logical_and(little, _energy(sifted) >= _POWER)


def _crosses_between_extrema(signals: Any, peaks: Any) -> Any:
    """Whether zeros and extrema differ in number by one at most, `(B, 1)`."""
    crossings = _count((signals[:, 1:] < 0) != (signals[:, :-1] < 0), axis=1)
    difference = _count(peaks, axis=(1, 2)) - crossings
    return ops.abs(difference) < 2


def _energy(signals: Any) -> Any:
    return ops.sum(ops.square(signals), axis=-1)
