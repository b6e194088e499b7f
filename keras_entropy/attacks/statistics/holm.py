"""Holm's correction for several tests at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Floats


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Adjusts p-values: comparing each with alpha keeps the familywise error below it.

    Args:
        p_values: Sequence of n floats in [0, 1].

    Returns:
        Float array `(n,)`, in the order given, each in [0, 1].

    Raises:
        ValueError: If a value is NaN or outside [0, 1].

    Reference: Holm, Scandinavian Journal of Statistics 6, 1979.

    Example:

        >>> holm([0.01, 0.04, 0.03])
        array([0.03, 0.06, 0.06])
    """
    values = np.asarray(p_values, np.float64)
    if values.ndim != 1 or not np.all((values >= 0) & (values <= 1)):
        raise ValueError(
            "`p_values` must be a vector of numbers in [0, 1]. "
            f"Received: p_values={values.tolist()}"
        )
    order = np.argsort(values, kind="stable")
    factors = np.arange(values.size, 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.maximum.accumulate(values[order] * factors)
    return np.minimum(adjusted, 1.0)
