"""The Gaussian mechanism: what noise is worth, in closed form.

Two Gaussians of one width whose means are `mu` widths apart: how well can anyone tell
which of them a number was drawn from? All is a function of `mu`, and nothing is a
bound on something smaller (Dong, Roth and Su, 2019, arXiv:1905.02383; Balle and Wang,
2018, arXiv:1805.06530).
"""

from __future__ import annotations

import math
from collections.abc import Callable

# Beyond, `erfc` runs out of numbers.
_FAR = -30.0
# Halvings of an interval: to the last digit of a float.
_HALVINGS = 200


def auc_bound(mu: float) -> float:
    """Returns the largest area under a ROC curve that any attack can have.

    Example:

    >>> round(auc_bound(0.5), 3)
    0.638

    Args:
        mu: Float, at least 0.

    Returns:
        Float, 0.5 to 1: Φ(mu / √2).
    """
    return 0.5 * math.erfc(-mu / 2)


def delta_of(mu: float, epsilon: float) -> float:
    """Returns the delta that comes with an epsilon.

    Φ(mu / 2 - epsilon / mu) - e^epsilon Φ(-mu / 2 - epsilon / mu), exactly.

    Args:
        mu: Float, at least 0.
        epsilon: Float, at least 0.

    Returns:
        Float, 0 to 1.
    """
    if mu == 0:
        return 0.0
    above = _log_phi(mu / 2 - epsilon / mu)
    below = epsilon + _log_phi(-mu / 2 - epsilon / mu)
    return max(0.0, math.exp(above) * -math.expm1(below - above))


def epsilon_of(mu: float, delta: float) -> float:
    """Returns the smallest epsilon at a delta.

    Example:

    >>> round(epsilon_of(0.5, 1e-4), 2)
    1.67

    Args:
        mu: Float, at least 0.
        delta: Float between 0 and 1.

    Returns:
        Float, at least 0.
    """
    largest = 1.0
    while delta_of(mu, largest) > delta:
        largest *= 2
    return _first_true(lambda value: delta_of(mu, value) <= delta, 0.0, largest)


def mu_of(epsilon: float, delta: float) -> float:
    """Returns the largest mu that an epsilon and a delta allow.

    Args:
        epsilon: Float above 0.
        delta: Float between 0 and 1.
    """
    largest = 1.0
    while delta_of(largest, epsilon) <= delta:
        largest *= 2
    too_large = _first_true(lambda mu: delta_of(mu, epsilon) > delta, 0.0, largest)
    return math.nextafter(too_large, 0.0)


def _first_true(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Returns where a condition that stays true begins to be, where it is true."""
    if holds(low):
        return low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _log_phi(x: float) -> float:
    """Returns the logarithm of the normal distribution function."""
    if x > _FAR:
        return math.log(0.5 * math.erfc(-x / math.sqrt(2)))
    square = x * x
    series = 1 - 1 / square + 3 / square**2 - 15 / square**3
    return -square / 2 - math.log(-x * math.sqrt(2 * math.pi)) + math.log(series)
