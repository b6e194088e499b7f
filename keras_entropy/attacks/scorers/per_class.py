"""Thresholds of their own for each class, as one ranking.

Reference: Song and Mittal, USENIX Security 2021, arXiv:2003.10595, who set a threshold
for each class on other data.
"""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers import threshold
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLDS
from keras_entropy.attacks.scorers.learners.cross_fitting import stratified_folds
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import Signals

# How many examples of a class the ranking over all classes counts for.
_PRIOR = 50


def class_ranks(name: str, signals: Signals, membership: Booleans, seed: int) -> Scores:
    """Ranks each example among held-out non-members of its own class.

    Equal false positive rates in all classes are what thresholds per class are for;
    the rank gives them all at once. The non-members to compare with come from the
    other folds. With few of a class, the rank is drawn towards that among all classes.

    Args:
        name: String, the signal that is ranked, a key of `threshold.SCORES`.
        signals: `Signals` of R targets.
        membership: Boolean array `(R, N)`.
        seed: Integer.

    Returns:
        `Scores`: ranks in 0..1, comparable within a fold.
    """
    scores, labels = threshold.SCORES[name](signals), signals.labels
    ranks = np.empty(scores.shape)
    folds = np.empty(scores.shape, np.int16)
    by_class = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    for target, member in enumerate(membership):
        values = scores[target]
        rng = np.random.default_rng((seed, target))
        folds[target] = stratified_folds(member, FOLDS, rng)
        for fold in range(FOLDS):
            known = (folds[target] != fold) & ~member
            held = folds[target] == fold
            overall = _rank(values, np.sort(values[known]))
            for examples in by_class:
                rows = examples[held[examples]]
                sample = np.sort(values[examples[known[examples]]])
                own = _rank(values[rows], sample) * sample.size
                ranks[target, rows] = (own + _PRIOR * overall[rows]) / (
                    sample.size + _PRIOR
                )
    return Scores(ranks, folds=folds)


def _rank(values: Floats, sample: Floats) -> Floats:
    """Share of the sorted sample below each value, ties counted half; 0 if empty."""
    below = np.searchsorted(sample, values, "left")
    upto = np.searchsorted(sample, values, "right")
    return (below + upto) / 2 / max(sample.size, 1)
