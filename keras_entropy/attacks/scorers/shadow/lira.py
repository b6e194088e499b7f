"""The likelihood ratio attack, against each of K models with the others as shadows.

Reference: Carlini et al., "Membership Inference Attacks From First Principles", IEEE
S&P 2022, arXiv:2112.03570.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.scorers.shadow.shadow_moments import Moments
from keras_entropy.attacks.scorers.shadow.shadow_scorer import MomentScorer

VARIANCES = ("shrunken", "per-example", "fixed")
# Degrees of freedom that the common variance counts for in the shrunken one.
_PRIOR_DEGREES = 4
# Variance below which float32 outputs tell nothing. Keeps a constant signal finite.
_FLOOR = 1e-12


class _LikelihoodRatio(MomentScorer):
    """Compares the logit-scaled confidence itself.

    Args:
        variance: String, one of `"shrunken"`, `"per-example"`, `"fixed"`.

    Raises:
        ValueError: If the variance is unknown.
    """

    needs_scatter = True

    def __init__(self, variance: str = "shrunken") -> None:
        if variance not in VARIANCES:
            raise ValueError(
                f"`variance` must be one of {VARIANCES}. "
                f"Received: variance={variance!r}"
            )
        self._variance = variance

    def signal(self, confidence: Floats) -> Floats:
        """Returns the confidence."""
        return confidence


class Online(_LikelihoodRatio):
    """Scores a target by the log likelihood ratio, member to non-member.

    The confidences of the shadows that hold an example, and of those that do not, are
    described by a normal distribution each; the score is the difference of the two log
    densities at the target's confidence. An example that all or none of the shadows
    hold is excluded.

    With `variance="fixed"` one variance serves all examples; with `"per-example"` each
    has its own, as in the paper. The default in between, `"shrunken"`, estimates each
    example's variance as if 4 more degrees of freedom had shown the common one, and
    takes the Student t distribution that predicts the next value. It needs no rule for
    how many shadows are enough for the one or the other.

    Args:
        variance: String, one of `"shrunken"`, `"per-example"`, `"fixed"`.

    Raises:
        ValueError: If the variance is unknown.
    """

    learns_from_pairs = True
    needs_holders = True

    def compare(
        self, signal: Floats, inside: Moments, outside: Moments
    ) -> tuple[Floats, Booleans]:
        """Returns the log likelihood ratio, and what lacks shadows on a side."""
        # With one shadow a side, nothing but their distance tells the scale.
        distance = (inside.mean - outside.mean) ** 2 / 2
        ratio = _log_density(signal, inside, self._variance, distance)
        ratio -= _log_density(signal, outside, self._variance, distance)
        return ratio, (inside.count == 0) | (outside.count == 0)


class Offline(_LikelihoodRatio):
    """Scores a target by shadows that do not hold the example.

    The score is how far the target's confidence lies above the mean of those shadows,
    in units of its predicted deviation. It is one-sided, as the paper defines it: an
    example on which the target is *less* confident is no member. An example that all
    shadows hold is excluded.

    Args:
        variance: String, as for `Online`.

    Raises:
        ValueError: If the variance is unknown.
    """

    def compare(
        self, signal: Floats, inside: Moments, outside: Moments
    ) -> tuple[Floats, Booleans]:
        """Returns the distance, and what no shadow was trained without."""
        # Without a second shadow the scale is unknown, and the same for all examples.
        scale, _ = _scale(outside, self._variance, np.ones_like(outside.mean))
        return (signal - outside.mean) / scale, outside.count == 0


def _log_density(
    values: Floats, side: Moments, variance: str, fallback: Floats
) -> Floats:
    """Log density of values `(T, N)`, up to a constant that both sides share."""
    scale, degrees = _scale(side, variance, fallback)
    z = (values - side.mean) / scale
    if degrees is None:
        return -z * z / 2 - np.log(scale)
    # Degrees are few different integers: the gamma functions are looked up.
    table = np.arange(_PRIOR_DEGREES, degrees.max() + 1)
    constant = special.gammaln((table + 1) / 2) - special.gammaln(table / 2)
    constant -= np.log(table) / 2
    return (
        constant[degrees - _PRIOR_DEGREES]
        - (degrees + 1) / 2 * np.log1p(z * z / degrees)
        - np.log(scale)
    )


def _scale(
    side: Moments, variance: str, fallback: Floats
) -> tuple[Floats, Integers | None]:
    """The scale `(N,)`, and degrees of freedom `(N,)` or `None` for a normal."""
    if variance == "per-example":
        found = side.scatter / np.maximum(side.count, 1)
        return np.sqrt(np.maximum(found, _FLOOR)), None
    if variance == "fixed":
        total = side.count.sum()
        common = side.scatter.sum() / total if (side.count > 1).any() else 1.0
        return np.full_like(side.mean, np.sqrt(max(common, _FLOOR))), None
    free = np.maximum(side.count - 1, 0)
    if free.any():
        common = side.scatter.sum() / free.sum()
    else:
        common = fallback[side.count > 0].mean() if side.count.any() else 1.0
    degrees = free + _PRIOR_DEGREES
    shrunken = (side.scatter + _PRIOR_DEGREES * common) / degrees
    predictive = np.maximum(shrunken, _FLOOR) * (1 + 1 / np.maximum(side.count, 1))
    return np.sqrt(predictive), degrees
