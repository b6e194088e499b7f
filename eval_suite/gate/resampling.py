"""Bootstrap replicates of AUCs that a later run can draw again, example by example.

Two runs on the same examples are compared pair by pair: both draw the same resamples,
so the spread of the difference of their replicates counts in how much the two models'
scores move together. A baseline has to keep a few hundred numbers for that, not the
scores.

The replicates are those of the AUC's linear part (its influence function, the
placements of DeLong et al., Biometrics 1988): their variance is DeLong's, and all
attacks are resampled by one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

REPLICATES = 400
_BLOCK_ENTRIES = 1 << 22


def auc_influence(
    scores: np.ndarray, member: np.ndarray, folds: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """Returns the AUC and what each example contributes to its error.

    Args:
        scores: Float array `(n,)`, larger for a likelier member; ties count one half.
        member: Boolean array `(n,)`, with both sides present.
        folds: Integer array `(n,)` where scores compare within a fold only: the AUC is
            then the folds' mean, weighted by their numbers of pairs.

    Returns:
        `(auc, influence)`: if example i is drawn `w_i` times, the AUC moves by about
        `w @ influence`. The influence sums to zero over each side of each fold.

    Raises:
        ValueError: If a fold lacks members or non-members.
    """
    folds = np.zeros(len(scores), np.int64) if folds is None else folds
    influence = np.empty(len(scores))
    total = aucs = 0.0
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        own = member[rows]
        inside, outside = rows[own], rows[~own]
        if not (inside.size and outside.size):
            raise ValueError(
                "Each fold needs members and non-members. Received: fold "
                f"{fold} with {inside.size} members and {outside.size} non-members"
            )
        # The midrank counts the examples below, ties half, on both sides together.
        ranks = stats.rankdata(scores[rows]) - 0.5
        above = (ranks[own] - stats.rankdata(scores[inside]) + 0.5) / outside.size
        below = (ranks[~own] - stats.rankdata(scores[outside]) + 0.5) / inside.size
        auc = above.mean()
        pairs = inside.size * outside.size
        influence[inside] = (above - auc) * outside.size
        influence[outside] = (1 - below - auc) * inside.size
        total, aucs = total + pairs, aucs + pairs * auc
    return float(aucs / total), influence / total


def replicate_deviations(
    influence: np.ndarray,
    member: np.ndarray,
    *,
    seed: int,
    replicates: int = REPLICATES,
) -> np.ndarray:
    """Returns how far each bootstrap replicate lies from its AUC.

    Members and non-members are resampled apart. The same `seed` and `member` draw the
    same resamples, under every version of NumPy.

    Args:
        influence: Float array `(n, k)`, of k AUCs on the same examples.
        member: Boolean array `(n,)`.
        seed: Integer, at least 0.
        replicates: Integer.

    Returns:
        Float array `(k, replicates)`.
    """
    found = np.zeros((influence.shape[1], replicates))
    for stream, side in enumerate((np.flatnonzero(member), np.flatnonzero(~member))):
        part = influence[side]
        generator = np.random.PCG64([seed, stream])
        for rows, counts in _resample_counts(generator, side.size, replicates):
            found[:, rows] += (counts @ part).T
    return found


def _resample_counts(
    generator: Any, size: int, replicates: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yields blocks of resamples: how often each of `size` examples is drawn."""
    step = max(1, _BLOCK_ENTRIES // size)
    for start in range(0, replicates, step):
        rows = min(step, replicates - start)
        # NumPy promises the raw stream of a bit generator for good, but not what
        # `integers` makes of it. The bias of this is below size / 2**32.
        high = generator.random_raw(rows * size) >> np.uint64(32)
        draws = (high * np.uint64(size) >> np.uint64(32)).astype(np.int64)
        draws += np.repeat(np.arange(rows) * size, size)
        counts = np.bincount(draws, minlength=rows * size)
        yield slice(start, start + rows), counts.reshape(rows, size).astype(np.float64)
