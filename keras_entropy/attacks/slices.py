"""Slices of the examples: the entire set, each class, right and wrong predictions."""

import dataclasses

import numpy as np

from keras_entropy.arrays import Array

KINDS = ("entire", "class", "correctness")


@dataclasses.dataclass(frozen=True)
class Partition:
    """Disjoint slices.

    Attributes:
        names: Tuple of S strings.
        codes: Integer array `(R, N)`: the number of each example's slice.
    """

    names: tuple
    codes: Array


def partitions(kinds, signals):
    """The `Partition` of each kind of slice.

    Args:
        kinds: Strings out of `KINDS`: `entire`; `class` gives one slice for each
            class, `class=0` and so on; `correctness` gives `correct` and `incorrect`.
        signals: `Signals` of R targets.
    """
    shape = signals.loss.shape
    made = {
        "entire": lambda: Partition(("entire",), np.zeros(shape, np.int64)),
        "class": lambda: Partition(
            tuple(f"class={number}" for number in range(signals.classes)),
            np.broadcast_to(signals.labels, shape),
        ),
        "correctness": lambda: Partition(
            ("correct", "incorrect"), np.where(signals.correct, 0, 1)
        ),
    }
    return [made[kind]() for kind in kinds]
