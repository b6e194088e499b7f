"""The extrema that a signal is continued with beyond its ends, before it is sifted.

Shapes as in `sifting`: m places for extrema, 2 kinds of them, B signals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from keras_entropy.layers.reference_study.empirical_modes.envelope import numbers


def mirrored(
    places: Any, values: Any, rank: Any, count: Any, both: Any
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Returns two mirrored extrema beyond each end.

    Let E be the kind of the extremum next to the end and F the other. If the end
    lies within the envelope of F, the signal is mirrored at the first E; otherwise at
    the end, which then counts as an F. Where a mirror image at the first E would not
    reach the end, the signal is mirrored at the end after all.

    Args:
        places: Where extrema are, `(m, 2, B)`.
        values: What they are, `(m, 2, B)`.
        rank: Their ranks, as in `_ranked`.
        count: Their number, `(1, 2, B)`.
        both: Signals and their negatives, `(n, 2, B)`.

    Returns:
        For both ends places and values `(2, 2, B)`, from left to right. Places of the
        left end count from 0 on, those of the right end from the end inwards.
    """
    three = numbers(3)
    wanted = ops.concatenate([three + 0 * count, count - 1 - three])
    place, value = _ranked(places, values, rank, wanted, count)
    right = ops.where(place[3:] < np.inf, (both.shape[0] - 1) - place[3:], np.inf)
    # Both ends at once: `(2 ends, 3 extrema, 2 kinds, B)`.
    place = ops.stack([place[:3], right])
    value = ops.stack([value[:3], value[3:]])
    first, second, third = place[:, 0], place[:, 1], place[:, 2]
    end = ops.stack([both[0], both[-1]])

    nearest = ops.min(first, axis=1, keepdims=True)
    is_e = first == nearest
    is_f = ops.logical_not(is_e)
    within = ops.logical_and(is_f, end < value[:, 0])
    within = ops.any(within, axis=1, keepdims=True)
    farthest = _last_there(first, second, ops.where(is_e, third, np.inf))
    falls_short = ops.any(2.0 * nearest > farthest, axis=1, keepdims=True)
    at_e = ops.logical_and(within, ops.logical_not(falls_short))
    skip = ops.logical_and(is_e, at_e)
    insert = ops.logical_and(is_f, ops.logical_not(within))

    def near_and_far(at_end: Any, of: Any) -> tuple[Any, Any]:
        near = ops.where(skip, of[:, 1], ops.where(insert, at_end, of[:, 0]))
        far = ops.where(skip, of[:, 2], ops.where(insert, of[:, 0], of[:, 1]))
        return near, far

    center = ops.where(at_e, nearest, 0.0)
    near, far = (
        ops.where(position < np.inf, 2.0 * center - position, np.inf)
        for position in near_and_far(ops.zeros_like(end), place)
    )
    near_value, far_value = near_and_far(end, value)
    return (
        (ops.stack([far[0], near[0]]), ops.stack([far_value[0], near_value[0]])),
        (ops.stack([near[1], far[1]]), ops.stack([near_value[1], far_value[1]])),
    )


def _ranked(
    places: Any, values: Any, rank: Any, wanted: Any, count: Any
) -> tuple[Any, Any]:
    """Returns the extrema of the wanted ranks.

    A sum over all, of which one is meant: fast for few wanted ranks only.

    Args:
        places: Tensor `(m, 2, B)`.
        values: Tensor `(m, 2, B)`.
        rank: Integer tensor `(m, 2, B)`, negative for what isn't there.
        wanted: Integer tensor `(k, 2 or 1, B or 1)`.
        count: Integer tensor `(1, 2, B)`, number of ranks.

    Returns:
        Places `(k, 2, B)`, infinity beyond the last rank, and values, there 0.
    """
    here = rank[:, None] == wanted
    there = ops.logical_and(wanted >= 0, wanted < count)
    place = ops.sum(ops.where(here, places[:, None], 0.0), axis=0)
    value = ops.sum(ops.where(here, values[:, None], 0.0), axis=0)
    return ops.where(there, place, np.inf), ops.where(there, value, 0.0)


def _last_there(first: Any, second: Any, third: Any) -> Any:
    """Returns the place of the last of three extrema that is there."""
    last = first
    for following in (second, third):
        last = ops.where(following < np.inf, following, last)
    return last
