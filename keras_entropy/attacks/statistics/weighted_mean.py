"""Means by weight, exact where the values are equal."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats


def weighted_mean(values: Floats, weights: Array) -> Floats:
    """Means over the last axis, NaN without weight; exact where values are equal."""
    total = weights.sum(axis=-1)
    # A value without weight may be NaN, which times 0 is NaN.
    filled = np.where(weights > 0, values, weights)
    mean = np.full(total.shape, np.nan)
    np.divide((filled * weights).sum(axis=-1), total, out=mean, where=total > 0)
    first = np.take_along_axis(values, weights.argmax(axis=-1)[..., None], -1)[..., 0]
    equal = ((values == first[..., None]) | (weights == 0)).all(axis=-1)
    return np.where(equal & (total > 0), first, mean)
