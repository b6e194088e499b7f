"""Is one defense worse than another? Paired over pairs of models, or over examples."""

import numpy as np
from scipy import stats

from keras_entropy.arrays import Array
from keras_entropy.attacks.results import Difference
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.auc_influence import auc_influence


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


ExampleScores = tuple[Array, Array | None]


def paired_over_examples(
    value: float,
    scores: tuple[ExampleScores, ExampleScores],
    member: Array,
    *,
    margin: float = 0.0,
) -> Difference:
    """Returns the difference of two attacks' AUCs on the same examples.

    The two share their examples, so only what they say differently of each counts:
    the standard error is that of DeLong et al. (Biometrics, 1988) for correlated
    curves, and the interval is the normal one of 95 %.

    Args:
        value: Float, the first AUC minus the second.
        scores: What each attack says of each example.
        member: Boolean array `(n,)`.
        margin: Float, the difference that would still be accepted.
    """
    influences = []
    for values, folds in scores:
        scored = ~np.isnan(values)
        influence = np.zeros(len(values))
        kept = None if folds is None else folds[scored]
        influence[scored] = auc_influence(values[scored], member[scored], kept)[1]
        influences.append(influence)
    error = float(np.sqrt(np.square(influences[0] - influences[1]).sum()))
    half = float(stats.norm.isf(0.025)) * error
    if error:
        p_value = float(stats.norm.sf((value - margin) / error))
    else:
        p_value = float(value <= margin)
    return Difference(value, value - half, value + half, p_value)
