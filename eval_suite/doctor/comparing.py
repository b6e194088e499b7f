"""Effects with intervals: differences of dependent correlations, errors, pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from sklearn.isotonic import IsotonicRegression

from eval_suite.results.doctor.rows import Decision
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.attacks.statistics.intervals import mean_interval

_DRAWS = 2000


@dataclasses.dataclass(frozen=True)
class Effect:
    """A figure and its interval.

    Args:
        value: Float.
        low: Float, lower end.
        high: Float, upper end.
    """

    value: float
    low: float
    high: float

    def decision(self, supported_above: float, refuted_below: float) -> Decision:
        """Returns what the interval says of a claim.

        Args:
            supported_above: Float: the claim holds where the interval is above it.
            refuted_below: Float: it doesn't where the interval is below it.
        """
        if self.low > supported_above:
            return "supported"
        return "refuted" if self.high < refuted_below else "not decided"


def correlation_difference(
    first: Floats | Sequence[float],
    second: Floats | Sequence[float],
    outcome: Floats | Sequence[float],
    *,
    confidence: float,
    seed: int = 0,
) -> Effect:
    """Returns by how much the first ranks an outcome better than the second does.

    Spearman's correlation of each with the outcome. The two share the outcome and the
    units, so they depend on each other: units are drawn anew with all three values.

    Args:
        first: Floats `(n,)`.
        second: Floats `(n,)`, of the same units.
        outcome: Floats `(n,)`.
        confidence: Float in (0, 1).
        seed: Integer, of the bootstrap.
    """
    counts = _counts(np.zeros(len(outcome)), seed)
    one, other = (_spearman(side, outcome, counts) for side in (first, second))
    return _percentiles(one - other, confidence)


def correlation(
    values: Floats | Sequence[float],
    outcome: Floats | Sequence[float],
    *,
    kinds: Sequence[str] | None = None,
    confidence: float,
    seed: int = 0,
) -> Effect:
    """Returns Spearman's correlation, of all units or within their kinds.

    Args:
        values: Floats `(n,)`.
        outcome: Floats `(n,)`.
        kinds: The kind of each unit: ranks are taken within it, so that no difference
            between kinds counts. Units are drawn anew within it. Defaults to one kind.
        confidence: Float in (0, 1).
        seed: Integer, of the bootstrap.
    """
    names = np.zeros(len(values)) if kinds is None else np.array(kinds)
    return _percentiles(
        _spearman(values, outcome, _counts(names, seed), names), confidence
    )


def prediction_errors(
    predictor: Floats | Sequence[float], outcome: Floats | Sequence[float]
) -> Floats:
    """Returns how far off each unit is told by a rising function fitted to the others.

    Args:
        predictor: Floats `(n,)`.
        outcome: Floats `(n,)`.

    Returns:
        Floats `(n,)`, absolute errors.
    """
    x, y = np.asarray(predictor, np.float64), np.asarray(outcome, np.float64)
    errors = np.empty(len(x))
    for i in range(len(x)):
        others = np.arange(len(x)) != i
        fit = IsotonicRegression(out_of_bounds="clip").fit(x[others], y[others])
        errors[i] = abs(fit.predict(x[i : i + 1])[0] - y[i])
    return errors


def mean_effect(values: Floats, *, confidence: float) -> Effect:
    """Returns a mean over independent units, with Student's interval.

    Args:
        values: Floats `(n,)`, n at least 2.
        confidence: Float in (0, 1).
    """
    mean, low, high = mean_interval(values, confidence)
    return Effect(float(mean), float(low), float(high))


def _counts(kinds: Array, seed: int) -> Floats:
    """Returns how often each unit is in each sample `(1 + draws, n)`.

    Each is in the first sample once. The others are drawn anew within kinds.
    """
    rng = np.random.default_rng(seed)
    counts = np.ones((1 + _DRAWS, len(kinds)))
    for kind in np.unique(kinds):
        inside = np.flatnonzero(kinds == kind)
        shares = np.full(len(inside), 1 / len(inside))
        counts[1:, inside] = rng.multinomial(len(inside), shares, _DRAWS)
    return counts


def _spearman(
    values: Floats | Sequence[float],
    outcome: Floats | Sequence[float],
    counts: Floats,
    kinds: Array | None = None,
) -> Floats:
    """Returns the correlation in each sample, of ranks within kinds."""
    covariance: Floats = np.zeros(len(counts))
    spread: Floats = np.zeros((2, len(counts)))
    names = np.zeros(counts.shape[1]) if kinds is None else kinds
    for kind in np.unique(names):
        inside = names == kind
        own = counts[:, inside]
        x, y = (
            _ranks(np.asarray(side, np.float64)[inside], own)
            for side in (values, outcome)
        )
        covariance += (own * x * y).sum(axis=1)
        spread += [(own * x * x).sum(axis=1), (own * y * y).sum(axis=1)]
    scale = np.sqrt(spread[0] * spread[1])
    # Equal values rank nothing.
    return np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)


def _ranks(values: Floats, counts: Floats) -> Floats:
    """Returns each unit's middle rank in each sample, as a share, around 0."""
    levels, level = np.unique(values, return_inverse=True)
    totals = counts @ np.eye(len(levels))[level]
    middle = totals.cumsum(axis=1) - totals / 2
    return (middle / counts.sum(axis=1, keepdims=True) - 0.5)[:, level]


def _percentiles(found: Floats, confidence: float) -> Effect:
    low, high = np.quantile(found[1:], [(1 - confidence) / 2, (1 + confidence) / 2])
    return Effect(float(found[0]), float(low), float(high))
