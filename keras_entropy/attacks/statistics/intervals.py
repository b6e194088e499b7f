"""Confidence intervals of means and of shares."""

from __future__ import annotations

import numpy as np
from scipy import special

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers


def mean_interval(
    values: Floats, confidence: float = 0.95, inflation: float = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Mean and Student t interval over the first axis.

    Args:
        values: Float array `(n, ...)`, n >= 2, independent along the first axis.
        confidence: Float in (0, 1).
        inflation: Float, what to multiply the variance of the mean by where the values
            are not quite independent; infinite where they tell nothing of it. Defaults
            to 1.

    Returns:
        `(mean, low, high)`, arrays `(...)`, with `n - 1` degrees of freedom.
    """
    values = np.asarray(values, np.float64)
    count = values.shape[0]
    if count < 2:
        raise ValueError(
            "A t interval needs at least two independent values. "
            f"Received: values.shape={values.shape}"
        )
    mean = values.mean(axis=0)
    # Equal values have no spread; their computed mean can miss them by rounding.
    equal = (values == values[:1]).all(axis=0)
    mean = np.where(equal, values.min(axis=0), mean)
    error = np.where(equal, 0.0, values.std(axis=0, ddof=1) / np.sqrt(count))
    quantile = special.stdtrit(count - 1, (1 + confidence) / 2)
    if np.isinf(inflation):
        half = np.where(np.isnan(mean), np.nan, np.inf)
    else:
        half = quantile * error * np.sqrt(inflation)
    return mean, mean - half, mean + half


def share_interval(
    hits: int | Integers | Floats,
    total: int | Integers | Floats,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Clopper-Pearson interval of a share: exact, never too short.

    Args:
        hits: Whole number or array, between 0 and `total`.
        total: Whole number or array, at least 0: of none it is the entire range.
        confidence: Float in (0, 1).

    Returns:
        `(low, high)`, float arrays of the arguments' shape.
    """
    hits, total = np.asarray(hits), np.asarray(total)
    tail = (1 - confidence) / 2
    low = special.betaincinv(np.maximum(hits, 1), total - hits + 1, tail)
    high = special.betaincinv(hits + 1, np.maximum(total - hits, 1), 1 - tail)
    return np.where(hits > 0, low, 0.0), np.where(hits < total, high, 1.0)


def binomial_quantile(probability: float, trials: Integers, share: float) -> Floats:
    """The smallest count with a distribution function of at least `probability`."""
    count = np.maximum(np.ceil(special.bdtrik(probability, trials, share)), 1)
    # The inverse is that of a continuous function, and may end one count too high.
    below = count - 1
    return np.where(special.bdtr(below, trials, share) >= probability, below, count)
