"""The nearest examples of other classes."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

# Bounds the distances in memory at once, 16 MB.
_DISTANCES = 2**22


def nearest_of_other_classes(
    x: Floats, y: Integers, reference: tuple[Floats, Integers], classes: int
) -> Integers:
    """Returns which reference example of each near class is the nearest.

    A copy of the example is passed over: the way to it has no length.

    Args:
        x: Float array `(N, D)`.
        y: Integers `(N,)`: their own classes, which are left out.
        reference: Float array `(M, D)`, and its M classes.
        classes: Integer, below the number of classes in the reference.

    Returns:
        Integers `(N, classes)`: rows of the reference, the nearest class first.
    """
    others, labels = reference
    # Rows of a class side by side: the nearest of each class is then a slice's.
    order = np.argsort(labels, kind="stable")
    others = others[order]
    names, starts = np.unique(labels[order], return_index=True)
    ends = [*starts[1:], len(order)]
    squares = np.einsum("ij,ij->i", others, others)
    doubled = -2 * others.T
    copies = _copies(x, others)
    found = np.empty((len(x), classes), np.int64)
    step = max(1, _DISTANCES // len(others))
    for first in range(0, len(x), step):
        rows = slice(first, first + step)
        # |x|^2 is missing: it is the same for all others.
        distances = x[rows] @ doubled
        distances += squares
        for row in copies.keys() & set(range(first, first + len(distances))):
            distances[row - first, copies[row]] = np.inf
        block = np.arange(len(distances))
        best = np.empty((len(names), len(distances)), np.int64)
        least = np.empty((len(names), len(distances)), distances.dtype)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            best[number] = start + distances[:, start:end].argmin(axis=1)
            least[number] = distances[block, best[number]]
        least[names[:, None] == y[rows]] = np.inf
        near = np.argsort(least, axis=0, kind="stable")[:classes]
        found[rows] = order[np.take_along_axis(best, near, axis=0)].T
    return found


def _copies(x: Floats, others: Floats) -> dict[int, list[int]]:
    """Returns which rows of `others` equal a row of `x`, by that row where any does."""
    places: dict[bytes, list[int]] = {}
    for place, row in enumerate(others):
        places.setdefault(row.tobytes(), []).append(place)
    found = ((row, places.get(values.tobytes())) for row, values in enumerate(x))
    return {row: same for row, same in found if same is not None}
