"""Boosted trees that start from a logistic regression."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import ThreadpoolController

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.learners.logistic import ridge_logistic

_TREES = 30
_LEAVES = 6
_RATE = 0.2
_SHRINKAGE = 10.0
_BINS = 64
# The least rows of a leaf: a hundredth of all, within these bounds.
_LEAST_ROWS, _MOST_ROWS = 20, 200


def boosted(columns: Floats, member: Booleans) -> Callable[[Floats], Floats]:
    """Fits few shallow trees to the columns and to a logistic regression on them.

    The regression finds what adds up, which trees see in steps only; the trees find
    what does not, such as a likelihood ratio of two distributions. One configuration,
    no search: 30 trees of 6 leaves.

    Args:
        columns: Floats `(n, D)`.
        member: Booleans `(n,)`.

    Returns:
        Function from columns `(..., D)` to log-odds `(...)`; equal rows get equal ones
        to the last bit.
    """
    linear = ridge_logistic(columns, member)

    def widened(columns: Floats) -> Floats:
        wide = np.concatenate([columns, linear(columns)[..., None]], axis=-1)
        return wide.reshape(-1, wide.shape[-1])

    trees = HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        l2_regularization=_SHRINKAGE,
        max_bins=_BINS,
        min_samples_leaf=int(np.clip(len(columns) // 100, _LEAST_ROWS, _MOST_ROWS)),
        early_stopping=False,
        random_state=0,
    )
    with _one_thread():
        trees.fit(widened(columns), member)

    def score(columns: Floats) -> Floats:
        with _one_thread():
            found: Floats = trees.decision_function(widened(columns))
        return found.reshape(columns.shape[:-1])

    return score


def _one_thread() -> contextlib.AbstractContextManager[object]:
    """Keeps the trees to one thread.

    Threads that wait for each other spin: beside other work on the same cores, trees of
    a second have taken minutes.
    """
    return _libraries().limit(limits=1, user_api="openmp")


@functools.cache
def _libraries() -> ThreadpoolController:
    # Looked for once: it takes longer than a fit.
    return ThreadpoolController()
