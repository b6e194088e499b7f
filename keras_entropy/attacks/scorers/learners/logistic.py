"""Logistic regression by Newton's method, for the folds of a cross-fit at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

_RIDGE = 1e-3
# What the squared coefficients of a stacked regression weigh against one row's loss.
_PENALTY = 100.0
_ITERATIONS = 50
_TOLERANCE = 1e-7
_BLOCK_ROWS = 2048


def logistic_scores(
    features: Floats,
    member: Booleans,
    folds: Integers,
    count: int,
    rng: np.random.Generator,
) -> Floats:
    """Held-out log-odds of membership.

    Members and non-members weigh one half each, whatever their numbers; features are
    standardised with the moments of the fold's own training rows; a ridge of 1e-3 on
    the standardised coefficients keeps separable data finite.

    Args:
        features: Float64 array `(n, d)`.
        member: Boolean array `(n,)`.
        folds: Integer array `(n,)`, in `0..count - 1`.
        count: Integer, the number of folds.
        rng: Not used: the optimum is unique.

    Returns:
        Float64 array `(n,)`: row i is scored by the attacker that did not see fold
        `folds[i]`. Equal rows of a fold get equal scores, bit for bit.
    """
    del rng
    weights = np.empty((count, member.size))
    for fold in range(count):
        train = folds != fold
        for side in (train & member, train & ~member):
            weights[fold, side] = 0.5 / side.sum()
        weights[fold, ~train] = 0.0
    coefficients = fit_logistic(features, member, weights)
    # Column by column: a matrix product may round equal rows differently.
    scores = coefficients[folds, -1]
    for column in range(features.shape[1]):
        scores = scores + features[:, column] * coefficients[folds, column]
    return scores


def ridge_logistic(columns: Floats, member: Booleans) -> Callable[[Floats], Floats]:
    """Fits a logistic regression with a strong ridge on standardised columns.

    Args:
        columns: Floats `(n, D)`.
        member: Booleans `(n,)`.

    Returns:
        Function from columns `(..., D)` to log-odds `(...)`; equal rows get equal ones
        to the last bit.
    """
    rows = len(columns)
    weights = np.full((1, rows), 1 / rows)
    (*slopes, constant) = fit_logistic(columns, member, weights, _PENALTY / rows)[0]

    def score(columns: Floats) -> Floats:
        # Column by column: a matrix product may round equal rows differently.
        total = np.full(columns.shape[:-1], constant)
        for column, slope in enumerate(slopes):
            total += slope * columns[..., column]
        return total

    return score


def fit_logistic(
    features: Floats, member: Booleans, weights: Floats, ridge: float = _RIDGE
) -> Floats:
    """Minimises the weighted logistic loss plus a ridge on standardised features.

    Args:
        features: Float64 array `(n, d)`.
        member: Boolean array `(n,)`.
        weights: Float64 array `(F, n)`, a fit for each row; rows sum to 1.
        ridge: Float, of half the squared coefficients of features with variance 1.

    Returns:
        Float64 array `(F, d + 1)`: coefficients of the features as they are given, then
        the constant.
    """
    examples, width = features.shape
    # A first scaling by numbers that know no label: it only helps the arithmetic.
    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread[(np.ptp(features, axis=0) == 0) | (spread == 0)] = np.inf
    design = np.ones((examples, width + 1))
    np.divide(features - centre, spread, out=design[:, :-1])
    mean = weights @ design[:, :-1]
    variance = weights @ design[:, :-1] ** 2 - mean**2
    # A column that is constant in training has no scale and must stay unused.
    scale = np.where(variance > 1e-12, variance, 1.0)
    penalty = np.hstack([ridge * scale, np.zeros((len(weights), 1))])

    # With the rows of non-members negative, all that the fit gets right is positive.
    np.negative(design, where=~member[:, None], out=design)
    theta = np.zeros((len(weights), width + 1))
    value, gradient, hessian = _derivatives(design, weights, theta, penalty)
    for _ in range(_ITERATIONS):
        move = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        decrement = np.einsum("fd,fd->f", move, gradient)
        if (decrement < _TOLERANCE**2).all():
            break
        step = np.ones(len(weights))
        for _ in range(_ITERATIONS):
            trial = theta - step[:, None] * move
            new = _derivatives(design, weights, trial, penalty)
            worse = new[0] > value - 1e-4 * step * decrement + 1e-15
            if not worse.any():
                break
            step[worse] /= 2
        theta, (value, gradient, hessian) = trial, new
    theta[:, :-1] /= spread
    theta[:, -1] -= theta[:, :-1] @ centre
    return theta


def _derivatives(
    design: Floats, weights: Floats, theta: Floats, penalty: Floats
) -> tuple[Floats, Floats, Floats]:
    """Value `(F,)`, gradient `(F, d)` and Hessian `(F, d, d)` of the objective.

    Rows of the design are negative for non-members.
    """
    value = 0.5 * (penalty * theta**2).sum(axis=1)
    gradient = penalty * theta
    hessian = np.zeros((*theta.shape, theta.shape[1]))
    diagonal = np.arange(theta.shape[1])
    hessian[:, diagonal, diagonal] = penalty
    for start in range(0, len(design), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        block, weight = design[rows], weights[:, rows]
        margin = theta @ block.T
        wrong = special.expit(-margin)
        # log(1 + exp(-m)), from the probability that is already there.
        loss = np.maximum(-margin, 0) - np.log(np.maximum(wrong, 1 - wrong))
        value += (weight * loss).sum(axis=1)
        gradient -= (weight * wrong) @ block
        curvature = weight * wrong * (1 - wrong)
        for fold, row in enumerate(curvature):
            hessian[fold] += block.T @ (block * row[:, None])
    return value, gradient, hessian
