"""The bootstrap's spread of an AUC, on tie blocks instead of examples."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from keras_entropy.arrays import Integers
from keras_entropy.attacks.statistics.roc import RocFamily

# Resampling n examples draws each tie block a multinomial number of times, so the
# blocks' counts are all it takes. Neighbouring blocks are merged down to this many: it
# moves the spread by less than its own error.
_BLOCKS = 128


def auc_deviation(
    roc: RocFamily,
    groups: Iterable[int],
    resamples: int,
    rng: np.random.Generator,
) -> float:
    """Standard deviation of the groups' mean AUC over stratified resamples.

    Members and non-members of each group are resampled separately, with replacement.

    Args:
        roc: `RocFamily`.
        groups: Integers, the groups to average by their numbers of pairs.
        resamples: Integer B.
        rng: `numpy.random.Generator`.

    Returns:
        Float.
    """
    total, pairs = np.zeros(resamples), 0
    for group in groups:
        inside, outside = (_merged(counts) for counts in roc.block_counts(group))
        members, nonmembers = inside.sum(), outside.sum()
        if not members or not nonmembers:
            continue
        drawn_in = rng.multinomial(members, inside / members, resamples)
        drawn_out = rng.multinomial(nonmembers, outside / nonmembers, resamples)
        above = np.cumsum(drawn_in, axis=1) - drawn_in / 2
        total += (above * drawn_out).sum(axis=1)
        pairs += members * nonmembers
    return float(np.std(total / pairs, ddof=1))


def _merged(counts: Integers) -> Integers:
    edges = np.linspace(0, counts.size, min(counts.size, _BLOCKS) + 1)[:-1]
    return np.add.reduceat(counts, edges.astype(np.int64))
