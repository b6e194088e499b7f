"""Slices of the examples: the entire set, each class, right and wrong predictions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Integers
from keras_entropy.attacks.signals import Signals

ENTIRE = "entire"
KINDS = (ENTIRE, "class", "correctness")
# The code of an example that is in none of the slices.
NOWHERE = -1


def with_entire(kinds: Sequence[str]) -> tuple[str, ...]:
    """Returns the kinds of slices with the entire set, which headlines are made of."""
    return tuple(kinds) if ENTIRE in kinds else (*kinds, ENTIRE)


@dataclasses.dataclass(frozen=True)
class Partition:
    """Disjoint slices.

    Attributes:
        names: Tuple of S strings.
        codes: Integer array `(R, N)`: the number of each example's slice, or `NOWHERE`.
    """

    names: tuple[str, ...]
    codes: Integers


def partitions(kinds: Sequence[str], signals: Signals) -> list[Partition]:
    """Returns the `Partition` of each kind of slice.

    Args:
        kinds: Strings out of `KINDS`: `entire`; `class` gives one slice for each
            class, `class=0` and so on; `correctness` gives `correct` and `incorrect`.
        signals: `Signals` of R targets.
    """
    shape = signals.loss.shape
    made = {
        ENTIRE: lambda: Partition((ENTIRE,), np.zeros(shape, np.int64)),
        "class": lambda: Partition(
            tuple(f"class={number}" for number in range(signals.classes)),
            np.broadcast_to(signals.labels, shape),
        ),
        "correctness": lambda: Partition(
            ("correct", "incorrect"), np.where(signals.correct, 0, 1)
        ),
    }
    return [made[kind]() for kind in kinds]
