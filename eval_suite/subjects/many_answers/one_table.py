"""Examples of many labels as what looks at examples without a model takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.examples.arrays_of import common_type


def as_examples(
    inputs: Sequence[Array], labels: Sequence[Array]
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Returns members and non-members as what looks at examples without a model takes.

    Args:
        inputs: Of members and of non-members, `(n, ...)` and `(m, ...)`.
        labels: Likewise: `(n,)`, or many of each.

    Returns:
        Twice an array of inputs, and classes `(n,)`. Of many labels, these are columns
        beside the inputs, and the one class is 0.
    """
    if labels[0].ndim == 1:
        return (inputs[0], labels[0]), (inputs[1], labels[1])
    flat = [
        [side.reshape(len(side), -1) for side in sides] for sides in (inputs, labels)
    ]
    dtype = common_type([np.concatenate(sides) for sides in flat]) or np.dtype(object)
    first, second = (
        np.concatenate([x.astype(dtype), y.astype(dtype)], axis=1)
        for x, y in zip(*flat, strict=True)
    )
    return (
        (first, np.zeros(len(first), np.int64)),
        (second, np.zeros(len(second), np.int64)),
    )
