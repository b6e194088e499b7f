"""The smallest leak that an audit of a given size finds."""

from __future__ import annotations

import numpy as np
from scipy import stats

from keras_entropy.arrays import Floats


def minimum_detectable_auc(
    members: int, nonmembers: int, *, power: float = 0.8, level: float = 0.05
) -> float:
    """The AUC that one target would have shown with probability `power`.

    A result that is not significant says only that the AUC is probably below this.
    From the exact variance of the Mann-Whitney statistic without signal,
    (n + m + 1) / (12 n m), and a one-sided test.

    Args:
        members: Integer n.
        nonmembers: Integer m.
        power: Float in (0, 1). Defaults to 0.8.
        level: Float in (0, 1), of the test. Defaults to 0.05.

    Returns:
        Float, at most 1.

    Example:

        >>> round(minimum_detectable_auc(1000, 1000), 3)
        0.532
    """
    deviation = np.sqrt((members + nonmembers + 1) / (12 * members * nonmembers))
    rise = (stats.norm.ppf(1 - level) + stats.norm.ppf(power)) * deviation
    return float(min(1.0, 0.5 + rise))


def minimum_detectable_difference(
    pair_values: Floats, *, power: float = 0.8, level: float = 0.05
) -> float:
    """The difference that a paired comparison of this spread would have shown.

    Args:
        pair_values: Float array `(pairs,)`: the pairs' AUCs, or their differences
            between two defenses.
        power: Float in (0, 1). Defaults to 0.8.
        level: Float in (0, 1), of the one-sided t test. Defaults to 0.05.

    Returns:
        Float, at least 0.
    """
    pair_values = np.asarray(pair_values, np.float64)
    degrees = pair_values.size - 1
    error = pair_values.std(ddof=1) / np.sqrt(pair_values.size)
    return float(
        (stats.t.ppf(1 - level, degrees) + stats.t.ppf(power, degrees)) * error
    )
