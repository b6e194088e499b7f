"""Which models run at once, and on what."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.threads import Progress

# Small groups, trained side by side, use the processors better than large ones.
_LARGEST_GROUP = 4


@dataclasses.dataclass(frozen=True)
class Schedule:
    """What K models are trained on.

    Args:
        rows: Integers `(K, m)`: the rows of each model.
        epochs: Passes over the rows.
        batch_size: Rows in a batch, at most m.
        seeds: K integers.
    """

    rows: Integers
    epochs: int
    batch_size: int
    seeds: Sequence[int]

    def size_of_groups(self, stacked: bool) -> int | None:
        """Return the size of groups, see `common_size`."""
        return common_size(len(self.rows), _LARGEST_GROUP, stacked)


class Method(Protocol):
    """A way to train groups of models."""

    @property
    def size(self) -> int | None:
        """How many models are stacked in each group, or `None`, see `common_size`."""

    @property
    def concurrent(self) -> bool:
        """Whether groups may be trained by several threads at a time."""

    def train(
        self,
        group: slice,
        values: Sequence[Array],
        data: Sequence[Tensor],
        per_model: tuple[bool, ...],
        progress: Progress,
    ) -> list[Array]:
        """Return the trained values of a group, as a backend's `Trainer` does."""


def common_size(models: int, largest: int, stacked: bool) -> int | None:
    """Return the size of the largest groups that are all of one size.

    One size, because a program is compiled for each.

    Args:
        models: Number of models.
        largest: Most models in a group.
        stacked: Whether models can be stacked at all.

    Returns:
        How many models are stacked in each group, or `None` for groups of a single
        model, which is not stacked.
    """
    sizes = range(min(models, largest) if stacked else 1, 0, -1)
    size = next(size for size in sizes if models % size == 0)
    return None if size == 1 else size


def groups_of(models: int, size: int) -> list[slice]:
    """Divide the models into groups of `size`, the last of which may be smaller."""
    return [slice(k, min(k + size, models)) for k in range(0, models, size)]
