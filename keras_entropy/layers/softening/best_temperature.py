"""The temperature under which labels are likeliest."""

from __future__ import annotations

import math

import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.arrays import softmax
from keras_entropy.numerics import probability_vectors

_BISECTIONS = 60


def best_temperature(
    outputs: Floats,
    labels: Integers,
    *,
    least: float = 1.0,
    most: float = math.inf,
) -> float:
    """Returns the temperature with the smallest mean NLL.

    Args:
        outputs: Array `(n, classes)` of probabilities.
        labels: Integer array `(n,)`.
        least: Float above 0: no temperature below it is returned. Defaults to `1.0`.
        most: Float, likewise none above it. Defaults to infinity.

    Raises:
        ValueError: If the NLL falls for ever as the temperature grows, and `most` is
            infinite.
    """
    logs = np.log(np.maximum(outputs.astype("float64"), probability_vectors.TINY))
    given = logs[np.arange(len(labels)), labels].mean()

    def slope(inverse: float) -> float:
        """The derivative of the mean NLL, which is convex in 1 / temperature."""
        weights = softmax(inverse * (logs - logs.max(axis=-1, keepdims=True)))
        return float((weights * logs).sum(axis=-1).mean() - given)

    low, high = 1.0 / most, 1.0 / least
    if slope(high) <= 0:
        return least
    if slope(low) >= 0:
        if most < math.inf:
            return most
        raise ValueError(
            "The labels are no likelier under the model's answers than under uniform "
            "ones, so that no finite temperature is best. Check that `y` belongs to "
            f"`x`. Received: a mean logarithm of {given:.3g} for the labels, of "
            f"{logs.mean():.3g} for all classes"
        )
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return 1.0 / high
