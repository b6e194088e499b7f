"""The order in which each model sees its rows."""

from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from keras_entropy.arrays import Integers


def batches(
    rows: Integers, *, epochs: int, batch_size: int, seeds: Iterable[int]
) -> Iterator[tuple[Integers, Integers]]:
    """Yield the batches of one epoch after another, as `fit` makes them.

    Each model's rows are shuffled anew for every epoch by a generator of its own. All
    epochs are of one shape, which is what lets an epoch be compiled once.

    Args:
        rows: Integers `(K, m)`: the rows of the training data of each model.
        epochs: Number of epochs.
        batch_size: Rows in a batch, at most `m`.
        seeds: One integer for each model.

    Yields:
        `(indices, rest)`: the batches of the epoch, integers
        `(m // batch_size, K, batch_size)`, and the smaller last one,
        `(K, m % batch_size)`, which has no rows where the others take them all.
    """
    models, m = rows.shape
    generators = [np.random.default_rng(seed) for seed in seeds]
    steps = m // batch_size
    for _ in range(epochs):
        epoch = np.stack(
            [g.permutation(row) for g, row in zip(generators, rows, strict=True)]
        ).astype(np.int32)
        full = epoch[:, : steps * batch_size].reshape(models, steps, batch_size)
        yield full.swapaxes(0, 1), epoch[:, steps * batch_size :]
