"""Empirical mode decomposition of a batch of short signals, up to the first mode.

The algorithm of Huang et al. as the package EMD-signal (`PyEMD.EMD()` with its
defaults) runs it for one signal: extrema on the grid, two extrema mirrored at each
end, cubic splines through the maxima and through the minima, and their mean taken
away until what remains is a mode. Everything here is for many rows at once.

Shapes: B signals of n points, the signals last, since XLA vectorizes loops over the
last dimension only; 2 kinds of extrema, maxima and minima, of which the second are the
maxima of the signal's negative; 2 ends, of which the second is the first of the
reversed signal.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_entropy.layers.reference_study.empirical_modes.compiled_function import (
    compiled,
)
from keras_entropy.layers.reference_study.empirical_modes.envelope import numbers
from keras_entropy.layers.reference_study.empirical_modes.envelope import spline
from keras_entropy.layers.reference_study.empirical_modes.envelope import summed_at
from keras_entropy.layers.reference_study.empirical_modes.mirroring import mirrored

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
    # Few sizes of block, because each is compiled. A row of zeros is flat, and done.
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
    in_blocks = ops.map(modes, ops.reshape(padded, (blocks, block, n)))
    return ops.reshape(in_blocks, (-1, n))[:rows]


@functools.cache
def _of_block(n: int, siftings: int) -> Callable[[Any], Any]:
    return compiled(functools.partial(_first_modes, siftings=siftings), n)


def _first_modes(signals: Any, siftings: int) -> Any:
    rows = ops.shape(signals)[0]
    if isinstance(rows, int):
        at_once = min(rows, _ROWS_AT_ONCE)
    else:
        at_once = ops.minimum(rows, _ROWS_AT_ONCE)

    def unfinished(modes: Any, left: Any) -> Any:
        return ops.any(left > 0)

    def sift(modes: Any, left: Any) -> tuple[Any, Any]:
        # Most rows are done after two siftings and a few need many, so that each
        # round takes only some rows: unfinished ones, as long as there are any. To
        # sort them would take as long as half a sifting.
        chosen = ops.top_k(ops.cast(left > 0, "float32"), at_once)[1]
        before = ops.take(modes, chosen, axis=0)
        siftings_left = ops.take(left, chosen)
        result, accepted, trend = _sifted(ops.transpose(before))
        result = ops.where(siftings_left[:, None] > 0, ops.transpose(result), before)
        remaining = ops.where(accepted, 0.0, ops.where(trend, -1.0, siftings_left - 1))
        remaining = ops.where(siftings_left > 0, remaining, siftings_left)
        index = chosen[:, None]
        return (
            ops.scatter_update(modes, index, result),
            ops.scatter_update(left, index, remaining),
        )

    spread = ops.max(signals, axis=-1) - ops.min(signals, axis=-1)
    flat = spread < _FLAT
    trend = ops.logical_or(_is_trend(extrema(ops.transpose(signals))), flat)
    # Siftings left to each row, or -1 if it has become a trend.
    left = ops.where(trend, 0.0, ops.full_like(spread, siftings))
    modes, left = ops.while_loop(unfinished, sift, (signals, left))
    return ops.where(left[:, None] < 0, signals, modes)


def _sifted(modes: Any) -> tuple[Any, Any, Any]:
    """Sifts `(n, B)` once.

    Returns:
        The result `(n, B)`, and whether it is a mode and whether it is a trend, `(B,)`.
    """
    mean, signs_fit = _mean_envelope(modes, extrema(modes))
    sifted = modes - mean
    peaks = extrema(sifted)
    accepted = ops.logical_and(
        ops.logical_and(signs_fit, _converged(sifted, modes, mean)),
        _crosses_between_extrema(sifted, peaks),
    )
    return sifted, accepted, _is_trend(peaks)


def extrema(signals: Any) -> Any:
    """Returns where each kind of extremum is, boolean `(n, 2, B)`.

    Of two equal points that are higher than their neighbors the one with the even
    number counts, which is where the middle is rounded to. Such pairs are usual: the
    spline of a one-hot row is symmetric.
    """
    both = _both_signs(signals)
    rises = both[1:] > both[:-1]
    falls = both[:-1] > both[1:]
    single = ops.logical_and(rises[:-1], falls[1:])
    level = ops.logical_not(ops.logical_or(rises, falls))
    pair = ops.logical_and(ops.logical_and(rises[:-2], falls[2:]), level[1:-1])
    start = np.arange(1, signals.shape[0] - 2)[:, None, None]
    even = ops.logical_and(pair, start % 2 == 0)
    odd = ops.logical_and(pair, start % 2 == 1)
    masks = [
        ops.pad(mask, (ends, (0, 0), (0, 0)))
        for mask, ends in ((single, (1, 1)), (even, (1, 2)), (odd, (2, 1)))
    ]
    return ops.logical_or(masks[0], ops.logical_or(masks[1], masks[2]))


def _both_signs(signals: Any) -> Any:
    return ops.stack([signals, -signals], axis=1)


def _is_trend(peaks: Any) -> Any:
    return _count(peaks, axis=(0, 1)) < 3


def _count(mask: Any, axis: Any) -> Any:
    return ops.sum(ops.cast(mask, "float32"), axis=axis)


def _mean_envelope(signals: Any, peaks: Any) -> tuple[Any, Any]:
    """Returns the mean of the envelopes, and whether every extremum has its sign."""
    n = signals.shape[0]
    both = _both_signs(signals)
    places, values = _listed(both, peaks)
    there = ops.cast(places < np.inf, "int32")
    rank = ops.cumsum(there, axis=0) - 1
    count = rank[-1:] + 1
    rank = ops.where(there > 0, rank, -1)
    beyond = mirrored(places, values, rank, count, both)
    (left, left_values), (right, right_values) = beyond
    places = ops.concatenate([left, places, (n - 1) - right])
    values = ops.concatenate([left_values, values, right_values])
    there = ops.abs(places) < np.inf
    wrong = ops.logical_and(there, values < 0)
    signs_fit = ops.logical_not(ops.any(wrong, axis=(0, 1)))

    # Together in the first slots. Of the mirrored extrema the one next to the others
    # is there if any is.
    slots = places.shape[0]
    before = _size(there[:2])
    inner = rank + before
    last = before + count
    slot = ops.concatenate([before - 2, before - 1, inner, last, last + 1])
    slot = ops.where(there, slot, slots)
    knots = summed_at(places, slot, slots)
    knots = ops.where(numbers(slots) < last + _size(there[-2:]), knots, np.inf)
    envelopes = spline(knots, summed_at(values, slot, slots), n)
    # A sum, which XLA computes once for all that use the mean, unlike a difference.
    halves = ops.convert_to_tensor([[0.5], [-0.5]], dtype=envelopes.dtype)
    return ops.sum(envelopes * halves, axis=1), signs_fit


def _listed(both: Any, peaks: Any) -> tuple[Any, Any]:
    """Returns place (infinity if there is none) and value of the extrema, `(m, 2, B)`.

    Of two neighbors one at most is an extremum of a kind, and the first and the last
    point are none: half of the slots are enough.
    """
    pairs = (both.shape[0] - 1) // 2
    end = 2 * pairs + 1
    early, late = peaks[1:end:2], peaks[2:end:2]
    place = np.arange(1, end, 2, dtype="float32")[:, None, None]
    places = ops.where(early, place, ops.where(late, place + 1, np.inf))
    return places, ops.where(late, both[2:end:2], both[1:end:2])


def _size(mask: Any) -> Any:
    return ops.sum(ops.cast(mask, "int32"), axis=0, keepdims=True)


def _converged(sifted: Any, before: Any, change: Any) -> Any:
    """Whether a sifting has changed little, by any of three measures, `(B,)`."""
    energy = _energy(change)
    spread = ops.max(before, axis=0) - ops.min(before, axis=0)
    # Multiplied out, because a signal may be zero somewhere.
    little = energy < _SCALED_VARIANCE * spread
    little = ops.logical_or(little, energy < _ENERGY_RATIO * _energy(before))
    zero = sifted == 0
    relative = ops.where(zero, 1.0, change / ops.where(zero, 1.0, sifted))
    little = ops.logical_or(little, _energy(relative) < _RELATIVE_CHANGE)
    return ops.logical_and(little, _energy(sifted) >= _POWER)


def _crosses_between_extrema(signals: Any, peaks: Any) -> Any:
    """Whether zeros and extrema differ in number by one at most, `(B,)`."""
    crossings = _count((signals[1:] < 0) != (signals[:-1] < 0), axis=0)
    difference = _count(peaks, axis=(0, 1)) - crossings
    return ops.abs(difference) < 2


def _energy(signals: Any) -> Any:
    return ops.sum(ops.square(signals), axis=0)
