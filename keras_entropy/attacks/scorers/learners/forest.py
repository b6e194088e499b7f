"""A random forest as attacker."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

_TREES = 30
_SAMPLE = 1000


def forest_scores(
    features: Floats,
    member: Booleans,
    folds: Integers,
    count: int,
    rng: np.random.Generator,
) -> Floats:
    """Held-out log-odds of membership from a random forest.

    One configuration, no search: 30 trees, each grown on at most 1,000 examples drawn
    with replacement, leaves of at least 10, the two sides weighted equally.

    Args:
        features: Float64 array `(n, d)`.
        member: Boolean array `(n,)`.
        folds: Integer array `(n,)`, in `0..count - 1`.
        count: Integer, the number of folds.
        rng: `numpy.random.Generator`.

    Returns:
        Float64 array `(n,)`: row i is scored by the forest that did not see fold
        `folds[i]`. Equal rows of a fold get equal scores.
    """
    scores = np.empty(member.size)
    features = features.astype(np.float32)
    for fold in range(count):
        train = np.flatnonzero(folds != fold)
        forest = RandomForestClassifier(
            _TREES,
            min_samples_leaf=10,
            max_samples=min(_SAMPLE, train.size),
            class_weight="balanced",
            n_jobs=1,
            random_state=int(rng.integers(2**31)),
        ).fit(features[train], member[train])
        held = np.flatnonzero(folds == fold)
        share = np.clip(forest.predict_proba(features[held])[:, 1], 1e-6, 1 - 1e-6)
        scores[held] = np.log(share) - np.log1p(-share)
    return scores
