"""The robust membership inference attack, against each of K models.

Reference: Zarifzadeh, Liu and Shokri, "Low-Cost High-Power Membership Inference
Attacks", ICML 2024, arXiv:2312.03262.

The paper compares an example with `Z` examples `z` of the population, and scores it by
the share of them with `ratio(x) / ratio(z) >= gamma`, where `ratio` is the target's
probability of the label over the average model's. For one target this share is an
increasing step function of `ratio(x)` alone, whatever `gamma`: the population ranks
nothing. So the scores here are the ratio itself, which has no ties, and the population
serves for what it can give, a p-value (`p_values`).
"""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import SMALLEST_FLOAT32
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.shadow.shadow_moments import Moments
from keras_entropy.attacks.scorers.shadow.shadow_scorer import MomentScorer


class _ProbabilityRatio(MomentScorer):
    """Compares the log probability of the label with the shadows' mean probability."""

    def signal(self, confidence: Floats) -> Floats:
        """Returns the log probability of the label."""
        return -np.logaddexp(0, -confidence)

    def averaged(self, signal: Floats) -> Floats:
        """Returns the probability of the label."""
        return np.exp(signal)


class Online(_ProbabilityRatio):
    """Scores a target by the log ratio of the label's probability.

    The average model is half the mean over the shadows that hold the example plus half
    the mean over those that do not: two means, so that their numbers have no influence.
    An example that all or none of the shadows hold is excluded.

    Args:
        temperature: Float above 0 that divides the confidence before probabilities are
            made of it. The paper takes 2, which finds more where models are nearly
            certain of everything; 1 finds more where they are not.

    Raises:
        ValueError: If `temperature` is not above 0.
    """

    needs_holders = True

    def __init__(self, temperature: float = 1.0) -> None:
        if not temperature > 0:
            raise ValueError(
                f"`temperature` must be above 0. Received: temperature={temperature}"
            )
        self._temperature = temperature

    def signal(self, confidence: Floats) -> Floats:
        """Returns the log probability of the label, at the temperature."""
        return super().signal(confidence / self._temperature)

    def compare(
        self, signal: Floats, inside: Moments, outside: Moments
    ) -> tuple[Floats, Booleans]:
        """Returns the log ratio, and what lacks shadows on a side."""
        excluded = (inside.count == 0) | (outside.count == 0)
        return _log_ratio(signal, (inside.mean + outside.mean) / 2), excluded


class Offline(_ProbabilityRatio):
    """Scores a target by shadows that do not hold the example.

    The probability that shadows with the example would give is taken as
    `a * p + (1 - a)` for a mean probability `p` of those without. An example that all
    shadows hold is excluded.

    Args:
        a: Float between 0 and 1. Must not be tuned on the target's members.

    Raises:
        ValueError: If `a` is out of range.
    """

    def __init__(self, a: float = 0.33) -> None:
        if not 0 <= a <= 1:
            raise ValueError(f"`a` must be between 0 and 1. Received: a={a}")
        self._a = a

    def compare(
        self, signal: Floats, inside: Moments, outside: Moments
    ) -> tuple[Floats, Booleans]:
        """Returns the log ratio, and what no shadow was trained without."""
        average = ((1 + self._a) * outside.mean + (1 - self._a)) / 2
        return _log_ratio(signal, average), outside.count == 0


def p_values(scores: Floats, reference_scores: Floats) -> Floats:
    """Returns the p-value of "this example is no member" for every score.

    Args:
        scores: Floats `(K, N)` of `Offline`.
        reference_scores: Floats `(K, Z)`: the scores of examples that are in no
            training set, of `Offline` with a membership of all `False`.

    Returns:
        Floats `(K, N)`: `(1 + number of reference scores at least as large) / (1 + Z)`,
        which is valid for finite `Z`.

    Raises:
        ValueError: If the number of models differs or there is no reference.
    """
    scores = np.asarray(scores, dtype=np.float64)
    reference = np.asarray(reference_scores, dtype=np.float64)
    if reference.ndim != 2 or len(reference) != len(scores) or not reference.size:
        raise ValueError(
            "`reference_scores` must hold scores of at least one example for each of "
            f"the {len(scores)} models. Received: shape {reference.shape}"
        )
    size = reference.shape[1]
    reference = np.sort(reference)
    larger = [
        size - np.searchsorted(reference[model], row, side="left")
        for model, row in enumerate(scores)
    ]
    return (1 + np.stack(larger)) / (1 + size)


def _log_ratio(log_probability: Floats, average: Floats) -> Floats:
    return log_probability - np.log(np.maximum(average, SMALLEST_FLOAT32))
