"""The order in which each model sees its rows."""

import numpy as np


def batches(rows, *, epochs, batch_size, seeds):
    """Yield the batches of one epoch after another.

    Each model's rows are shuffled anew for every epoch by a generator of its own. All
    batches have the same size, which is what lets an epoch be compiled once: rows that
    fill no batch at the end of an epoch open the next one. So a model sees each of its
    rows once an epoch, and at the very end fewer than `batch_size` rows stay unseen.

    Args:
        rows: Integers `(K, m)`: the rows of the training data of each model.
        epochs: Number of epochs.
        batch_size: Rows in a batch, at most `m`.
        seeds: One integer for each model.

    Yields:
        `(indices, steps)`: integers `(ceil(m / batch_size), K, batch_size)`, of which
        the first `steps` batches belong to this epoch and the others are padding.
    """
    models, m = rows.shape
    generators = [np.random.default_rng(seed) for seed in seeds]
    longest = -(-m // batch_size)
    rest = np.empty((models, 0), dtype=np.int32)
    for _ in range(epochs):
        epoch = [g.permutation(row) for g, row in zip(generators, rows, strict=True)]
        stream = np.concatenate([rest, np.stack(epoch)], axis=1, dtype=np.int32)
        steps = stream.shape[1] // batch_size
        used = stream[:, : steps * batch_size].reshape(models, steps, batch_size)
        rest = stream[:, steps * batch_size :]
        indices = np.zeros((longest, models, batch_size), dtype=np.int32)
        indices[:steps] = used.swapaxes(0, 1)
        yield indices, np.int32(steps)
