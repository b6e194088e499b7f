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

import numpy as np

from keras_entropy.attacks.scorers.shadow.leave_pair_out import moments

# Smallest probability that a float32 output can hold, in place of 0.
_SMALLEST = 2.0**-149


def online(confidence, membership, *, temperature=1.0):
    """Score every model as target by the log ratio of the label's probability.

    The average model is half the mean over the shadows that hold the example plus half
    the mean over those that do not: two means, so that their numbers have no influence.

    Args:
        confidence: Floats `(K, N)`, the logit-scaled confidence
            `log p_y - log(1 - p_y)` of each model on each example.
        membership: Booleans `(K, N)`: who is in whose training set. Models `2j` and
            `2j + 1` are partners; neither serves as the other's shadow.
        temperature: Float above 0 that divides the confidence before probabilities are
            made of it. The paper takes 2, which finds more where models are nearly
            certain of everything; 1 finds more where they are not.

    Returns:
        `(scores, excluded)`, both `(K, N)`: float64 scores, larger for members, and a
        mask of what can't be scored because all or none of the target's shadows hold
        the example. Scores are 0 there.

    Raises:
        ValueError: If the shapes don't fit or `temperature` is not above 0.
    """
    if not temperature > 0:
        raise ValueError(
            f"`temperature` must be above 0. Received: temperature={temperature}"
        )
    return _ratios(
        np.asarray(confidence, dtype=np.float64) / temperature,
        membership,
        average=lambda inside, outside: (inside.mean + outside.mean) / 2,
        missing=lambda inside, outside: (inside.count == 0) | (outside.count == 0),
    )


def offline(confidence, membership, *, a=0.33):
    """Score every model as target by shadows that do not hold the example.

    What shadows that hold it would say is taken as `a * p + (1 - a)` for a mean
    probability `p` of those that do not.

    Args:
        confidence: Floats `(K, N)`, as for `online`.
        membership: Booleans `(K, N)`, as for `online`.
        a: Float between 0 and 1. Must not be tuned on the target's members.

    Returns:
        `(scores, excluded)`, as `online`; excluded is what no shadow was trained
        without.

    Raises:
        ValueError: If the shapes don't fit or `a` is out of range.
    """
    if not 0 <= a <= 1:
        raise ValueError(f"`a` must be between 0 and 1. Received: a={a}")
    return _ratios(
        confidence,
        membership,
        average=lambda inside, outside: ((1 + a) * outside.mean + (1 - a)) / 2,
        missing=lambda inside, outside: outside.count == 0,
    )


def p_values(scores, reference_scores):
    """Return the p-value of "this example is no member" for every score.

    Args:
        scores: Floats `(K, N)` from `offline`.
        reference_scores: Floats `(K, Z)`: the scores of examples that are in no
            training set, from `offline` with a membership of all `False`.

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
    larger = [
        size - np.searchsorted(np.sort(known), row, side="left")
        for row, known in zip(scores, reference, strict=True)
    ]
    return (1 + np.stack(larger)) / (1 + size)


def _ratios(confidence, membership, average, missing):
    log_probability = -np.logaddexp(0, -np.asarray(confidence, dtype=np.float64))
    scores = np.zeros(log_probability.shape)
    excluded = np.zeros(log_probability.shape, dtype=bool)
    probability = np.exp(log_probability)
    for pair, inside, outside in moments(probability, membership, scatter=False):
        expected = np.maximum(average(inside, outside), _SMALLEST)
        excluded[pair] = missing(inside, outside)
        ratio = log_probability[pair] - np.log(expected)
        scores[pair] = np.where(excluded[pair], 0, ratio)
    return scores, excluded
