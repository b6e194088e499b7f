"""Cubic splines through knots that differ from row to row, evaluated on a grid.

The rows come last, `B` in the shapes: XLA vectorizes loops over the last dimension.
"""

from __future__ import annotations

from typing import Any

from keras import ops

# Off-diagonal entries are half of the diagonal at most, and each level of cyclic
# reduction about squares their share: 1/2, 1/7, 1/90, 6e-5, and nothing in float32.
_LEVELS = 4


def spline(positions: Any, values: Any, n: int) -> Any:
    """Returns the not-a-knot cubic spline through the knots of each column.

    Three knots make a natural spline.

    Args:
        positions: Tensor `(m, kinds, B)`, ascending. Knots that aren't there follow at
            infinity. At least three are, the first at 0 or below, the last at `n - 1`
            or beyond.
        values: Tensor `(m, kinds, B)`, finite everywhere.
        n: Number of grid points `0..n-1`.

    Returns:
        Tensor `(n, kinds, B)`.
    """
    there = positions < float("inf")
    count = ops.sum(ops.cast(there, "int32"), axis=0, keepdims=True)
    grid = ops.cast(numbers(n), "float32")
    # The piece of a grid point begins at the last knot that it has reached.
    # Not-a-knot: the first two pieces are one cubic, and so are the last two, so that
    # nothing has to be known of the first and the last knot's second derivative.
    outer = ops.cast(count > 3, "int32")
    piece = ops.maximum(_reached(positions, n) - 1, outer)
    piece = ops.minimum(piece, count - 2 - outer)
    positions = ops.where(there, positions, 0.0)
    width = ops.where(
        numbers(there.shape[0]) < count - 1, _after(positions, 1) - positions, 1.0
    )
    moments = _second_derivatives(width, (_after(values, 1) - values) / width, count)

    knots = ops.stack([positions, values, moments], axis=-1)
    start, following = _rows_at(knots, piece), _rows_at(knots, piece + 1)
    width, rise = (following[..., i] - start[..., i] for i in (0, 1))
    moment, change = start[..., 2], following[..., 2] - start[..., 2]
    slope = rise / width - width * (3.0 * moment + change) / 6.0
    t = grid - start[..., 0]
    cubic = change / (6.0 * width)
    return start[..., 1] + t * (slope + t * (moment / 2.0 + t * cubic))


def _reached(positions: Any, n: int) -> Any:
    """Returns how many of the knots are not beyond each grid point, `(n, kinds, B)`."""
    first = ops.cast(ops.clip(ops.ceil(positions), 0, n), "int32")
    return ops.cumsum(summed_at(ops.ones_like(first), first, n), axis=0)


def summed_at(values: Any, index: Any, size: int) -> Any:
    """Returns the sums of the values of the same index, `(size, kinds, B)`.

    A scatter: to compare each index with each is a little faster for ten classes, and
    many times slower for twenty.

    Args:
        values: Tensor `(m, kinds, B)`.
        index: Integer tensor `(m, kinds, B)`, 0 to `size`; what has the index `size`
            counts nowhere.
        size: Integer.
    """
    kinds, columns = values.shape[1], ops.size(values[0])
    sums = ops.segment_sum(
        ops.reshape(values, (-1,)),
        ops.reshape(index * columns + _column(values), (-1,)),
        num_segments=(size + 1) * columns,
    )
    return ops.reshape(sums, (size + 1, kinds, -1))[:size]


def _column(x: Any) -> Any:
    """Returns the numbers of the columns of `(m, kinds, B)`, `(kinds, B)`."""
    columns = ops.arange(ops.size(x[0]), dtype="int32")
    return ops.reshape(columns, (x.shape[1], -1))


def _rows_at(table: Any, index: Any) -> Any:
    """Returns `table[index[i, q], q]`, `(i, q..., k)`, for a table `(m, q..., k)`.

    One gather from the flattened table, a fraction of the operations of
    `take_along_axis`.
    """
    columns = ops.size(index[0])
    flat = ops.reshape(table, (-1, table.shape[-1]))
    return ops.take(flat, index * columns + _column(index), axis=0)


def numbers(size: int) -> Any:
    """Returns `0..size-1`, `(size, 1, 1)`."""
    return ops.reshape(ops.arange(size, dtype="int32"), (size, 1, 1))


def _second_derivatives(width: Any, slope: Any, count: Any) -> Any:
    """Returns the second derivative at each inner knot, `(m, kinds, B)`."""
    slot = numbers(width.shape[0])
    before = _after(width, -1)
    # The slope is continuous at the inner knots.
    inner = ops.logical_and(slot >= 1, slot <= count - 2)
    # Not-a-knot: the third derivative is continuous at the second knot and at the
    # last but one, which gives the ends away in terms of their neighbors.
    enough = count > 3
    first = ops.logical_and(slot == 1, enough)
    last = ops.logical_and(slot == count - 2, enough)
    outer = ops.where(first, before, ops.where(last, width, 0.0))
    extra = outer * outer / ops.where(first, width, ops.where(last, before, 1.0))
    diagonal = ops.where(inner, 2.0 * (before + width) + outer + extra, 1.0)
    lower = before - ops.where(last, extra, 0.0)
    upper = width - ops.where(first, extra, 0.0)
    right = 6.0 * (slope - _after(slope, -1))
    lower = ops.where(ops.logical_and(inner, slot > 1), lower, 0.0)
    upper = ops.where(ops.logical_and(inner, slot < count - 2), upper, 0.0)
    right = ops.where(inner, right, 0.0)
    system = ops.stack([lower / diagonal, upper / diagonal, right / diagonal])
    return _solve(system, _LEVELS)


def _solve(system: Any, levels: int) -> Any:
    """Solves tridiagonal systems with diagonal 1 by cyclic reduction, `(m, kinds, B)`.

    Each level leaves half of the unknowns, and the last one takes the others as they
    would be without the rest.

    Args:
        system: Tensor `(3, m, kinds, B)`: lower diagonal, upper diagonal, right side.
        levels: Number of levels.
    """
    if levels == 1:
        lower, upper, right = system[0], system[1], system[2]
        diagonal = 1.0 - lower * _after(upper, -1) - upper * _after(lower, 1)
        known = lower * _after(right, -1) + upper * _after(right, 1)
        return (right - known) / diagonal
    size = system.shape[1]
    system = ops.pad(system, ((0, 0), (0, size % 2), (0, 0), (0, 0)))
    even, odd = system[:, 0::2], system[:, 1::2]
    above = _after(odd, -1, 1)
    lower, upper = even[:1], even[1:2]
    reduced = ops.concatenate(
        [
            -lower * above[:1],
            -upper * odd[1:2],
            even[2:] - lower * above[2:] - upper * odd[2:],
        ]
    )
    solved = _solve(reduced / (1.0 - lower * above[1:2] - upper * odd[:1]), levels - 1)
    others = odd[2] - odd[0] * solved - odd[1] * _after(solved, 1)
    both = ops.stack([solved, others], axis=1)
    return ops.reshape(both, (size + size % 2, solved.shape[1], -1))[:size]


def _after(x: Any, steps: int, axis: int = 0) -> Any:
    """Returns what stands `steps` slots further on, or 0 beyond the ends."""
    size = x.shape[axis]
    by = min(abs(steps), size)
    ends = [(0, 0)] * len(x.shape)
    ends[axis] = (0, by) if steps > 0 else (by, 0)
    kept = slice(by, size) if steps > 0 else slice(0, size - by)
    return ops.pad(x[(slice(None),) * axis + (kept,)], ends)
