"""Which examples take part in each step of a private training."""

import math
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

# Examples whose gradients are held at a time where each has to be written down.
CHUNK = 64
# Steps with all examples that run in one call, between two reports of progress.
_MOST_STEPS = 25


class Steps(NamedTuple):
    """Some steps of the training of K models.

    Attributes:
        number: Number of steps.
        rows: int32 `(s, K, b)`: the rows of step i are `rows[i % s]`.
        present: float32 `(s, K, b)`: 1 for a row that takes part, 0 for one that only
            fills up, as all steps of a compiled program have one size.
        epochs: Epochs that they make up, for the progress.
    """

    number: int
    rows: Integers
    present: Floats
    epochs: int


def steps_in_epoch(examples: int, batch_size: int) -> int:
    """Return the number of steps that an epoch has."""
    return -(-examples // batch_size)


def full_batches(rows: Integers, *, epochs: int, multiple: int) -> Iterator[Steps]:
    """Yield steps in which every row takes part, one an epoch.

    Args:
        rows: Integers `(K, m)`.
        epochs: Number of epochs.
        multiple: Integer: rows are filled up to a multiple of it.
    """
    filled, present = _filled([rows], rows.shape[1], multiple)
    for start in range(0, epochs, _MOST_STEPS):
        count = min(_MOST_STEPS, epochs - start)
        yield Steps(count, filled, present, count)


def poisson_batches(
    rows: Integers,
    *,
    epochs: int,
    batch_size: int,
    multiple: int,
    keys: Sequence[bytes],
) -> Iterator[Steps]:
    """Yield steps in which each row takes part with probability `batch_size / m`.

    No draw is cut off: a step that is larger than nearly all makes its epoch larger,
    which costs a compilation and leaves the probabilities what they are.

    Args:
        rows: Integers `(K, m)`.
        epochs: Number of epochs, each of `steps_in_epoch(m, batch_size)` steps.
        batch_size: Integer below m: the expected number of rows in a step.
        multiple: Integer: rows are filled up to a multiple of it.
        keys: K secrets to draw from.
    """
    examples = rows.shape[1]
    rate = batch_size / examples
    steps = steps_in_epoch(examples, batch_size)
    generators = [np.random.default_rng(int.from_bytes(key, "big")) for key in keys]
    # Six standard deviations: one step in 10^9 is larger.
    usual = batch_size + 6 * math.sqrt(batch_size * (1 - rate))
    for _ in range(epochs):
        drawn = [
            [
                row[g.random(examples) < rate]
                for g, row in zip(generators, rows, strict=True)
            ]
            for _ in range(steps)
        ]
        largest = max(len(row) for step in drawn for row in step)
        least = max(largest, min(examples, math.ceil(usual)))
        yield Steps(steps, *_filled(drawn, least, multiple), 1)


def _filled(
    steps: Sequence[Sequence[Array]] | Sequence[Integers], least: int, multiple: int
) -> tuple[Integers, Floats]:
    """Return rows and presence in one size: at least `least`, a multiple."""
    size = -(-least // multiple) * multiple
    models = len(steps[0])
    rows = np.zeros((len(steps), models, size), np.int32)
    present = np.zeros((len(steps), models, size), np.float32)
    for i, step in enumerate(steps):
        for k, row in enumerate(step):
            rows[i, k, : len(row)] = row
            present[i, k, : len(row)] = 1
    return rows, present
