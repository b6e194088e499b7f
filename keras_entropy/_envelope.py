"""Cubic splines through knots that differ from row to row, evaluated on a grid."""

from __future__ import annotations

from typing import Any

from keras import ops

# Off-diagonal entries are half of the diagonal at most, and each level of cyclic
# reduction about squares their share: 1/2, 1/7, 1/90, 6e-5, and nothing in float32.
_LEVELS = 4


def spline(knots: Any, n: int, most: int) -> Any:
    """Returns the not-a-knot cubic spline through the knots of each row.

    Three knots make a natural spline.

    Args:
        knots: Tensor `(Q, 2 + n + 2, 2)`, position and value: two knots before the
            others in ascending order, one at each grid point, and two after the
            others in ascending order. A knot that isn't there has the position
            infinity. At least three are, the first at 0 or below, the last at `n - 1`
            or beyond.
        n: Number of grid points `0..n-1`.
        most: Integer, no row has more knots.

    Returns:
        Tensor `(Q, n)`.
    """
    grid = ops.arange(n, dtype="float32")
    there = knots[..., 0] < float("inf")
    rank = ops.cumsum(ops.cast(there, "int32"), axis=-1) - 1
    count = rank[:, -1:] + 1
    packed = _packed(ops.where(there[..., None], knots, 0.0), there, rank, most)
    # The piece of a grid point begins at the last knot that it has reached. Of the
    # knots before the others the second may lie ahead of it, and of those after the
    # others the first may not.
    positions = knots[..., 0]
    ahead = ops.logical_and(there[:, 1:2], positions[:, 1:2] > grid)
    piece = rank[:, 2:-2] - ops.cast(ahead, "int32")
    for slot in (n + 2, n + 3):
        piece = piece + ops.cast(positions[:, slot : slot + 1] <= grid, "int32")
    piece = ops.minimum(piece, count - 2)
    at = _rows_at(_pieces(packed[..., 0], packed[..., 1], count), piece)
    t = grid - at[..., 0]
    return at[..., 1] + t * (at[..., 2] + t * (at[..., 3] + t * at[..., 4]))


def _packed(knots: Any, there: Any, rank: Any, most: int) -> Any:
    """Returns the knots that are there in the first slots, `(Q, most, 2)`."""
    rows = ops.shape(knots)[0]
    # One slot more takes what isn't there.
    slot = ops.where(there, rank, most)
    start = ops.arange(rows, dtype="int32") * (most + 1)
    packed = ops.segment_sum(
        ops.reshape(knots, (-1, 2)),
        ops.reshape(slot + start[:, None], (-1,)),
        num_segments=rows * (most + 1),
    )
    return ops.reshape(packed, (-1, most + 1, 2))[:, :-1]


def _rows_at(table: Any, index: Any) -> Any:
    """Returns `table[q, index[q, i]]`, `(Q, i, k)`, for a table `(Q, m, k)`.

    One gather from the flattened table, a fraction of the operations of
    `take_along_axis`.
    """
    size, width = table.shape[1], table.shape[2]
    start = ops.arange(ops.shape(table)[0], dtype="int32") * size
    flat = ops.reshape(table, (-1, width))
    return ops.take(flat, index + start[:, None], axis=0)


def _pieces(positions: Any, values: Any, count: Any) -> Any:
    """Returns start and polynomial coefficients of each piece, `(Q, m, 5)`."""
    slot = ops.arange(positions.shape[1], dtype="int32")
    is_piece = slot < count - 1
    width = _after(positions, 1) - positions
    width = ops.where(is_piece, width, 1.0)
    slope = (_after(values, 1) - values) / width
    moments = _second_derivatives(width, slope, count, slot)
    following = _after(moments, 1)
    return ops.stack(
        [
            positions,
            values,
            slope - width * (2.0 * moments + following) / 6.0,
            moments / 2.0,
            (following - moments) / (6.0 * width),
        ],
        axis=-1,
    )


def _second_derivatives(width: Any, slope: Any, count: Any, slot: Any) -> Any:
    """Returns the second derivative at each knot, `(Q, m)`."""
    before = _after(width, -1)
    # The slope is continuous at the inner knots.
    inner = ops.logical_and(slot >= 1, slot <= count - 2)
    # Not-a-knot: the third derivative is continuous at the second knot and at the
    # last but one, which gives the ends away in terms of their neighbors.
    enough = count > 3
    first = ops.logical_and(slot == 1, enough)
    last = ops.logical_and(slot == count - 2, enough)
    from_first = ops.where(first, before * before / _nonzero(width), 0.0)
    from_last = ops.where(last, width * width / _nonzero(before), 0.0)
    diagonal = (
        2.0 * (before + width)
        + ops.where(first, before, 0.0)
        + ops.where(last, width, 0.0)
        + from_first
        + from_last
    )
    lower = ops.where(slot == 1, 0.0, before) - from_last
    upper = ops.where(slot == count - 2, 0.0, width) - from_first
    right = 6.0 * (slope - _after(slope, -1))
    system = ops.stack([lower, upper, right], axis=1) / _nonzero(diagonal)[:, None]
    moments = _solve(ops.where(inner[:, None], system, 0.0))

    one, two = _after(moments, 1), _after(moments, 2)
    start = one + width / _nonzero(_after(width, 1)) * (one - two)
    one, two = _after(moments, -1), _after(moments, -2)
    end = one + before / _nonzero(_after(width, -2)) * (one - two)
    moments = ops.where(ops.logical_and(slot == 0, enough), start, moments)
    return ops.where(ops.logical_and(slot == count - 1, enough), end, moments)


def _solve(system: Any) -> Any:
    """Solves tridiagonal systems with diagonal 1 by parallel cyclic reduction.

    Args:
        system: Tensor `(Q, 3, m)`: lower diagonal, upper diagonal, right side.
    """
    for level in range(_LEVELS):
        stride = 2**level
        above, below = _after(system, -stride), _after(system, stride)
        lower, upper = system[:, :1], system[:, 1:2]
        diagonal = 1.0 - lower * above[:, 1:2] - upper * below[:, :1]
        right = system[:, 2:] - lower * above[:, 2:] - upper * below[:, 2:]
        system = (
            ops.concatenate(
                [-lower * above[:, :1], -upper * below[:, 1:2], right], axis=1
            )
            / diagonal
        )
    return system[:, 2]


def _after(x: Any, steps: int) -> Any:
    """Returns what stands `steps` slots further on, or 0 beyond the ends."""
    rank = len(x.shape)
    by = min(abs(steps), x.shape[-1])
    none = [(0, 0)] * (rank - 1)
    if steps > 0:
        return ops.pad(x[..., by:], [*none, (0, by)])
    return ops.pad(x[..., : x.shape[-1] - by], [*none, (by, 0)])


def _nonzero(x: Any) -> Any:
    return ops.where(x == 0, ops.ones_like(x), x)
