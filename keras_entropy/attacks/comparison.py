"""Is one defense worse than another? Paired over the pairs of one game."""

import numpy as np
from scipy import stats

from keras_entropy.attacks import intervals
from keras_entropy.attacks.results import Difference


def paired_difference(first, second, *, margin=0.0, confidence=0.95):
    """The difference of two AUCs measured in the same game.

    Args:
        first: An object with `pair_auc` (`AttackResult` or `Headline`), or a float
            array `(pairs,)`.
        second: The same, of the same pairs of the same plan.
        margin: Float, the difference that would still be accepted. Defaults to 0.
        confidence: Float in (0, 1), of the two-sided t interval.

    Returns:
        `Difference` `first - second`; its p-value is that of the one-sided t test
        against differences up to `margin`.

    Raises:
        ValueError: If the two have different numbers of pairs or none.
    """
    inflation = max(getattr(side, "pair_inflation", 1.0) for side in (first, second))
    first, second = (getattr(side, "pair_auc", side) for side in (first, second))
    if first is None or second is None or np.shape(first) != np.shape(second):
        raise ValueError(
            "A paired difference needs two results over the same pairs of one game. "
            f"Received: pairs of shape {np.shape(first)} and {np.shape(second)}"
        )
    values = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    mean, low, high = (
        float(end) for end in intervals.mean_interval(values, confidence, inflation)
    )
    if low == high:
        p_value = 1.0 if mean <= margin else 0.0
    else:
        error = values.std(ddof=1) * np.sqrt(inflation / values.size)
        p_value = float(stats.t.sf((mean - margin) / error, values.size - 1))
    return Difference(mean, low, high, p_value)
