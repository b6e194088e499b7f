"""Nearest neighbours as attacker, in two dimensions and on a grid of ranks.

In all C + 3 features the neighbours of an example are far away and the attack is weak.
Confidence and entropy keep what separates members, and two dimensions can be put on a
grid, so that neighbours are searched for cells instead of examples and exact copies,
which make k-NN depend on the order of the rows, simply add up.
"""

from __future__ import annotations

import numpy as np
from scipy import spatial
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

_LEVELS = 128
_CELLS = 128


def knn_scores(
    features: Floats,
    member: Booleans,
    folds: Integers,
    count: int,
    rng: np.random.Generator,
) -> Floats:
    """Held-out log-odds of membership among the nearest training examples.

    The last two features are replaced by their ranks over all examples (which knows no
    label), rounded to 128 levels. An example's score compares the shares of members and
    of non-members in the nearest cells that hold sqrt(n) training examples together.

    Args:
        features: Float64 array `(n, d)`; the last two columns are used, the entropy
            and the logit-scaled confidence.
        member: Boolean array `(n,)`.
        folds: Integer array `(n,)`, in `0..count - 1`.
        count: Integer, the number of folds.
        rng: Not used.

    Returns:
        Float64 array `(n,)`: row i's score comes from the examples outside of fold
        `folds[i]`. Equal rows of a fold get equal scores.
    """
    del rng
    ranks = stats.rankdata(features[:, -2:], method="average", axis=0) - 0.5
    levels = np.floor(ranks * (_LEVELS / member.size)).astype(np.int64)
    keys, cell = np.unique(levels @ [_LEVELS, 1], return_inverse=True)
    points = np.column_stack([keys // _LEVELS, keys % _LEVELS])
    near = spatial.KDTree(points).query(points, min(_CELLS, keys.size))[1]
    near = near.reshape(keys.size, -1)
    # How many members and non-members of each fold each cell holds.
    codes = (cell * count + folds) * 2 + member
    counts = np.bincount(codes, minlength=keys.size * count * 2)
    counts = counts.reshape(keys.size, count, 2)
    wanted = np.sqrt(member.size)
    scores = np.empty((keys.size, count))
    for fold in range(count):
        training = counts.sum(axis=1) - counts[:, fold]
        around = training[near].cumsum(axis=1)
        # The first cells that together hold enough, or as many as all that were
        # searched.
        size = around.sum(axis=2)
        enough = (size >= np.minimum(wanted, size[:, -1:])).argmax(axis=1)
        found = np.take_along_axis(around, enough[:, None, None], axis=1)[:, 0]
        # Add one example, split as the training set is, so that no share is zero.
        totals = training.sum(axis=0)
        shares = (found + totals / totals.sum()) / totals
        scores[:, fold] = np.log(shares[:, 1]) - np.log(shares[:, 0])
    # Where the shares are equal, rounding must not decide.
    return np.round(scores, 12)[cell, folds]
