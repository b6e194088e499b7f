"""Confidence intervals: of means, of shares and of the AUC of one target."""

from __future__ import annotations

import numpy as np
from scipy import special

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers


def mean_interval(
    values: Floats, confidence: float = 0.95, inflation: float = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Mean and Student t interval over the first axis.

    Args:
        values: Float array `(n, ...)`, n >= 2, independent along the first axis.
        confidence: Float in (0, 1).
        inflation: Float, what to multiply the variance of the mean by where the values
            are not quite independent. Defaults to 1.

    Returns:
        `(mean, low, high)`, arrays `(...)`, with `n - 1` degrees of freedom.
    """
    values = np.asarray(values, np.float64)
    count = values.shape[0]
    if count < 2:
        raise ValueError(
            "A t interval needs at least two independent values. "
            f"Received: values.shape={values.shape}"
        )
    mean = values.mean(axis=0)
    # Equal values have no spread; their computed mean can miss them by rounding.
    equal = (values == values[:1]).all(axis=0)
    mean = np.where(equal, values[0], mean)
    error = np.where(equal, 0.0, values.std(axis=0, ddof=1) / np.sqrt(count))
    quantile = special.stdtrit(count - 1, (1 + confidence) / 2)
    half = quantile * error * np.sqrt(inflation)
    return mean, mean - half, mean + half


def share_interval(
    hits: int | Integers, total: int | Integers, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Clopper-Pearson interval of a share: exact, never too short.

    Args:
        hits: Integer or array, between 0 and `total`.
        total: Integer or array, positive.
        confidence: Float in (0, 1).

    Returns:
        `(low, high)`, float arrays of the arguments' shape.
    """
    hits, total = np.asarray(hits), np.asarray(total)
    tail = (1 - confidence) / 2
    low = special.betaincinv(np.maximum(hits, 1), total - hits + 1, tail)
    high = special.betaincinv(hits + 1, np.maximum(total - hits, 1), 1 - tail)
    return np.where(hits > 0, low, 0.0), np.where(hits < total, high, 1.0)


def auc_interval(
    auc: Floats,
    terms: Floats,
    members: Integers,
    nonmembers: Integers,
    confidence: float = 0.95,
    correlation: float = 0.0,
) -> tuple[float, float, float]:
    """The AUC of one target from those of its G folds, and its interval.

    The estimate averages the folds' AUCs by their numbers of (member, non-member)
    pairs: scores of different folds are never compared. The variance is DeLong's, the
    degrees of freedom Satterthwaite's, as in the test of Brunner and Munzel, with two
    examples added to each side (`RocFamily.placement_variances`), so that few
    examples, rare events and a perfect separation get honestly wide intervals.

    Args:
        auc: Float array `(G,)`.
        terms: Float array `(2, G)`, `RocFamily.placement_variances()`.
        members: Integer array `(G,)`.
        nonmembers: Integer array `(G,)`.
        confidence: Float in (0, 1).
        correlation: Float in [0, 1), the assumed correlation of two folds' AUCs.

    Returns:
        `(auc, low, high)`, floats.
    """
    used = members * nonmembers > 0
    auc, members, nonmembers = auc[used], members[used], nonmembers[used]
    terms = np.asarray(terms)[:, used]
    weights = members * nonmembers / (members * nonmembers).sum()
    # Equal AUCs, as of constant scores, must not be moved by rounding.
    mean = float(auc[0] if (auc == auc[0]).all() else weights @ auc)
    spread = weights * np.sqrt(terms.sum(axis=0))
    variance = (1 - correlation) * (spread**2).sum() + correlation * spread.sum() ** 2
    shares = weights**2 * terms
    degrees = (
        shares.sum() ** 2
        / (shares[0] ** 2 / (members + 1) + shares[1] ** 2 / (nonmembers + 1)).sum()
    )
    half = float(special.stdtrit(degrees, (1 + confidence) / 2) * np.sqrt(variance))
    return mean, max(0.0, mean - half), min(1.0, mean + half)


def binomial_quantile(probability: float, trials: Integers, share: float) -> Floats:
    """The smallest count with a distribution function of at least `probability`."""
    count = np.maximum(np.ceil(special.bdtrik(probability, trials, share)), 0)
    # The inverse is that of a continuous function, and may end one count too high.
    below = np.maximum(count - 1, 0)
    return np.where(special.bdtr(below, trials, share) >= probability, below, count)
