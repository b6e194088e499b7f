"""The contribution of each example to the error of an AUC."""

from __future__ import annotations

import numpy as np
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers


def auc_influence(
    scores: Floats, member: Booleans, folds: Integers | None = None
) -> tuple[float, Floats]:
    """Returns the AUC and what each example contributes to its error.

    Args:
        scores: Float array `(n,)`, larger for a likelier member; ties count one half.
        member: Boolean array `(n,)`, with both sides present.
        folds: Integer array `(n,)` where scores compare within a fold only: the AUC is
            then the folds' mean, weighted by their numbers of pairs. A fold that
            lacks a side has none, and tells nothing.

    Returns:
        `(auc, influence)`: if example i is drawn `w_i` times, the AUC moves by about
        `w @ influence`. The influence sums to zero over each side of each fold.

    Raises:
        ValueError: If every fold lacks members or non-members.
    """
    folds = np.zeros(len(scores), np.int64) if folds is None else folds
    influence = np.zeros(len(scores))
    total = aucs = 0.0
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        own = member[rows]
        inside, outside = rows[own], rows[~own]
        if not (inside.size and outside.size):
            continue
        # The midrank counts the examples below, ties half, on both sides together.
        ranks = stats.rankdata(scores[rows]) - 0.5
        above = (ranks[own] - stats.rankdata(scores[inside]) + 0.5) / outside.size
        below = (ranks[~own] - stats.rankdata(scores[outside]) + 0.5) / inside.size
        auc = above.mean()
        pairs = inside.size * outside.size
        influence[inside] = (above - auc) * outside.size
        influence[outside] = (1 - below - auc) * inside.size
        total, aucs = total + pairs, aucs + pairs * auc
    if not total:
        raise ValueError(
            "Members and non-members must be in one fold somewhere. Received: "
            f"{member.sum()} members and {(~member).sum()} non-members in "
            f"{len(np.unique(folds))} folds"
        )
    return float(aucs / total), influence / total
