"""Pieces of the training of many models, and their places in a cache."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.cache import Key


@dataclasses.dataclass(frozen=True)
class Piece:
    """All that the training of some of the models depends on, but the model.

    Args:
        values: The values that they start from, as those of a `Stack`.
        x: Inputs, for all of them or for each.
        y: Targets, for all of them or for each.
        rows: Integers `(k, m)`: the rows of `x` that each is trained on.
        seeds: k integers: the order of the rows of each.
        epochs: Passes over the rows.
        batch_size: Rows in a batch.
        class_weight: Optional mapping from class number to the weight of its examples.
        privacy: How gradients are clipped and noised, or `None`.
    """

    values: Sequence[Array]
    x: Array
    y: Array
    rows: Integers
    seeds: Sequence[int]
    epochs: int
    batch_size: int
    class_weight: Mapping[int, float] | None
    privacy: PrivateGradients | None

    @property
    def model_epochs(self) -> int:
        """Epochs of single models, which progress is counted in."""
        return len(self.seeds) * self.epochs


@dataclasses.dataclass(frozen=True)
class Slot:
    """The place of a piece's trained values in a cache.

    Args:
        cache: The cache, or `None`, where nothing is kept.
        key: All that the values depend on.
    """

    cache: Cache | None
    key: Key

    def find(self) -> list[Array] | None:
        """Return the values, or `None` if they aren't stored."""
        stored = None if self.cache is None else self.cache.find(self.key)
        return None if stored is None else _in_order(stored)

    def get(self, compute: Callable[[], Sequence[Array]]) -> list[Array]:
        """Return the values, computing and storing them if there are none."""
        if self.cache is None:
            return list(compute())

        def by_name() -> dict[str, Array]:
            return {str(i): value for i, value in enumerate(compute())}

        return _in_order(self.cache.get(self.key, by_name))


def _in_order(stored: Mapping[str, Array]) -> list[Array]:
    return [stored[str(i)] for i in range(len(stored))]
