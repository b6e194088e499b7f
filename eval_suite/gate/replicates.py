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

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats

REPLICATES = 400
_BLOCK_ENTRIES = 1 << 22


def replicate_deviations(
    influence: Floats,
    member: Booleans,
    *,
    seed: int,
    replicates: int = REPLICATES,
) -> Floats:
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
    generator: np.random.PCG64, size: int, replicates: int
) -> Iterator[tuple[slice, Floats]]:
    """Yields blocks of resamples: how often each of `size` examples is drawn."""
    step = -(-_BLOCK_ENTRIES // size)
    for start in range(0, replicates, step):
        rows = min(step, replicates - start)
        # NumPy promises the raw stream of a bit generator for good, but not what
        # `integers` makes of it. The bias of this is below size / 2**32.
        high = generator.random_raw(rows * size) >> np.uint64(32)
        draws = (high * np.uint64(size) >> np.uint64(32)).astype(np.int64)
        draws += np.repeat(np.arange(rows) * size, size)
        counts = np.bincount(draws, minlength=rows * size)
        yield slice(start, start + rows), counts.reshape(rows, size).astype(np.float64)
