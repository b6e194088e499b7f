"""Whether examples are finite, and in words which are not. It loads no Keras."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from keras_entropy.arrays import Array

# Numbers that a message lists.
MOST = 5


def not_finite(x: Array) -> str | None:
    """Returns which examples hold NaN or infinity, for a message.

    Example:

    >>> not_finite(np.array([[1.0], [np.nan], [np.inf]]))
    'NaN or infinity in 2 of 3 examples: rows 1 and 2, counted from 0'

    Args:
        x: Array `(N, ...)` of any type.

    Returns:
        `None` if there is none.
    """
    if x.dtype.kind not in "fc":
        return None
    finite = np.isfinite(x).reshape(len(x), -1).all(axis=1)
    rows = np.flatnonzero(~finite)
    if not len(rows):
        return None
    row = "row" if len(rows) == 1 else "rows"
    told = listed(rows.tolist())
    return (
        f"NaN or infinity in {len(rows)} of {len(x)} examples: {row} {told}, counted "
        "from 0"
    )


def listed(numbers: Iterable[int]) -> str:
    """Returns numbers in words, the first of many only: `1, 2, 3, 4, 5 and 95 more`.

    Args:
        numbers: Integers, at least one.
    """
    known = [str(number) for number in numbers]
    if len(known) > MOST + 1:
        return f"{', '.join(known[:MOST])} and {len(known) - MOST} more"
    return " and ".join(filter(None, [", ".join(known[:-1]), known[-1]]))
