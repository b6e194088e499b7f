"""Is one defense worse than another? Paired over pairs of models, or over examples."""

from __future__ import annotations

from typing import Protocol
from typing import runtime_checkable

import numpy as np
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.array_checks import check_confidence
from keras_entropy.attacks.results import Difference
from keras_entropy.attacks.results import ExampleScores
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.auc_influence import auc_influence


@runtime_checkable
class OverPairs(Protocol):
    """What is known of an AUC over pairs of targets.

    Attributes:
        pair_auc: Float array `(pairs,)`, or `None` for a single target.
        pair_inflation: Float, by which the variance over pairs is to be enlarged.
    """

    @property
    def pair_auc(self) -> Floats | None: ...

    @property
    def pair_inflation(self) -> float: ...


def paired_difference(
    first: OverPairs | Floats,
    second: OverPairs | Floats,
    *,
    margin: float = 0.0,
    confidence: float = 0.95,
) -> Difference:
    """Returns the difference of two AUCs measured in the same game.

    Args:
        first: An object with `pair_auc` and `pair_inflation` (`AttackResult` or
            `Headline`), or a float array `(pairs,)`.
        second: The same, of the same pairs of the same plan.
        margin: Float, the difference that would still be accepted. Defaults to 0.
        confidence: Float in (0, 1), of the two-sided t interval.

    Returns:
        `Difference` `first - second`; its p-value is that of the one-sided t test
        against differences up to `margin`.

    Raises:
        ValueError: If the two have different numbers of pairs or none, `margin` is NaN,
            or `confidence` is out of its range.
    """
    check_confidence(confidence)
    if np.isnan(margin):
        raise ValueError("`margin` must be a number. Received: margin=nan")
    one, inflation = _over_pairs(first)
    other, other_inflation = _over_pairs(second)
    inflation = max(inflation, other_inflation)
    if one is None or other is None or np.shape(one) != np.shape(other):
        shapes = [None if side is None else np.shape(side) for side in (one, other)]
        raise ValueError(
            "A paired difference needs two results over the same pairs of one game. "
            f"Received: pairs of shape {shapes[0]} and {shapes[1]}"
        )
    values = np.asarray(one, np.float64) - np.asarray(other, np.float64)
    mean, low, high = (
        float(end) for end in intervals.mean_interval(values, confidence, inflation)
    )
    if np.isinf(inflation):
        p_value = 1.0
    elif low == high:
        p_value = 1.0 if mean <= margin else 0.0
    else:
        error = values.std(ddof=1) * np.sqrt(inflation / values.size)
        p_value = float(stats.t.sf((mean - margin) / error, values.size - 1))
    # Two AUCs differ by 1 at most.
    return Difference(mean, max(-1.0, low), min(1.0, high), p_value)


def _over_pairs(
    side: OverPairs | Floats | None,
) -> tuple[Floats | None, float]:
    """Returns the pairs' AUCs and by how much their variance is to be enlarged."""
    if isinstance(side, OverPairs):
        return side.pair_auc, side.pair_inflation
    return side, 1.0


def paired_over_examples(
    value: float,
    scores: tuple[ExampleScores, ExampleScores],
    member: Booleans,
    *,
    margin: float = 0.0,
) -> Difference:
    """Returns the difference of two attacks' AUCs on the same examples.

    The two share their examples, so only what they say differently of each counts:
    the standard error is that of DeLong et al. (Biometrics, 1988) for correlated
    curves, and the interval is the normal one of 95 %.

    Args:
        value: Float, the first AUC minus the second.
        scores: The two attacks' scores of each example.
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
