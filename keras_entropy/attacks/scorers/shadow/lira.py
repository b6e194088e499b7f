"""The likelihood ratio attack, against each of K models with the others as shadows.

Reference: Carlini et al., "Membership Inference Attacks From First Principles", IEEE
S&P 2022, arXiv:2112.03570.
"""

import numpy as np
from scipy import special

from keras_entropy.attacks.scorers.shadow.leave_pair_out import moments

VARIANCES = ("shrunken", "per-example", "fixed")
# Degrees of freedom that the common variance counts for in the shrunken one.
_PRIOR_DEGREES = 4
# Variance below which float32 outputs tell nothing. Keeps a constant signal finite.
_FLOOR = 1e-12


def online(confidence, membership, *, variance="shrunken"):
    """Score every model as target by the log likelihood ratio, member to non-member.

    The confidences of the shadows that hold an example, and of those that do not, are
    described by a normal distribution each; the score is the difference of the two log
    densities at the target's confidence.

    With `variance="fixed"` one variance serves all examples; with `"per-example"` each
    has its own, as in the paper. The default in between, `"shrunken"`, estimates each
    example's variance as if 4 more degrees of freedom had shown the common one, and
    takes the Student t distribution that predicts the next value. It needs no rule for
    how many shadows are enough for the one or the other.

    Args:
        confidence: Floats `(K, N)`, the logit-scaled confidence
            `log p_y - log(1 - p_y)` of each model on each example.
        membership: Booleans `(K, N)`: who is in whose training set. Models `2j` and
            `2j + 1` are partners; neither serves as the other's shadow.
        variance: String, one of `"shrunken"`, `"per-example"`, `"fixed"`.

    Returns:
        `(scores, excluded)`, both `(K, N)`: float64 scores, larger for members, and a
        mask of what can't be scored because all or none of the target's shadows hold
        the example. Scores are 0 there.

    Raises:
        ValueError: If the shapes don't fit or the variance is unknown.
    """
    _check_variance(variance)
    confidence = np.asarray(confidence, dtype=np.float64)
    scores = np.zeros(confidence.shape)
    excluded = np.zeros(confidence.shape, dtype=bool)
    for pair, inside, outside in moments(confidence, membership):
        # With one shadow a side, nothing but their distance tells the scale.
        distance = (inside.mean - outside.mean) ** 2 / 2
        ratio = _log_density(confidence[pair], inside, variance, distance)
        ratio -= _log_density(confidence[pair], outside, variance, distance)
        excluded[pair] = (inside.count == 0) | (outside.count == 0)
        scores[pair] = np.where(excluded[pair], 0, ratio)
    return scores, excluded


def offline(confidence, membership, *, variance="shrunken"):
    """Score every model as target by shadows that do not hold the example.

    The score is how far the target's confidence lies above the mean of those shadows,
    in units of its predicted deviation. It is one-sided, as the paper defines it: an
    example on which the target is *less* confident is no member.

    Args:
        confidence: Floats `(K, N)`, as for `online`.
        membership: Booleans `(K, N)`, as for `online`.
        variance: String, as for `online`.

    Returns:
        `(scores, excluded)`, as `online`; excluded is what no shadow was trained
        without.

    Raises:
        ValueError: If the shapes don't fit or the variance is unknown.
    """
    _check_variance(variance)
    confidence = np.asarray(confidence, dtype=np.float64)
    scores = np.zeros(confidence.shape)
    excluded = np.zeros(confidence.shape, dtype=bool)
    for pair, _, outside in moments(confidence, membership):
        # Without a second shadow the scale is unknown, and the same for all examples.
        scale, _ = _scale(outside, variance, np.ones_like(outside.mean))
        excluded[pair] = outside.count == 0
        distance = (confidence[pair] - outside.mean) / scale
        scores[pair] = np.where(excluded[pair], 0, distance)
    return scores, excluded


def _check_variance(variance):
    if variance not in VARIANCES:
        raise ValueError(
            f"`variance` must be one of {VARIANCES}. Received: variance={variance!r}"
        )


def _log_density(values, side, variance, fallback):
    """Log density of values `(2, N)`, up to a constant that both sides share."""
    scale, degrees = _scale(side, variance, fallback)
    z = (values - side.mean) / scale
    if degrees is None:
        return -z * z / 2 - np.log(scale)
    # Degrees are few different integers: the gamma functions are looked up.
    table = np.arange(degrees.max() + 1)
    constant = special.gammaln((table + 1) / 2) - special.gammaln(
        np.maximum(table, 1) / 2
    )
    constant -= np.log(np.maximum(table, 1)) / 2
    return (
        constant[degrees]
        - (degrees + 1) / 2 * np.log1p(z * z / degrees)
        - np.log(scale)
    )


def _scale(side, variance, fallback):
    """Return the scale `(N,)`, and degrees of freedom `(N,)` or `None` for a normal."""
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
