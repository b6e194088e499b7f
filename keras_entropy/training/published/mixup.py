"""The recipe that trains on mixtures of private examples."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.shadow.groups import groups_of
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.training.published.mixtures import check_inputs_mix
from keras_entropy.training.published.mixtures import mixed
from keras_entropy.training.published.soft_labels import train_on_soft_labels
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData

# Each model has mixtures of its own, and they take memory: so many models at a time.
_MODELS = 8


@dataclasses.dataclass(frozen=True)
class Mixup:
    """Trains on mixtures of two examples, inputs and labels in the same share.

    The share of the first is uniform, Beta(1, 1), as the paper has it for CIFAR-10.

    The paper draws a partner for each example in each epoch. Here at most `sets`
    mixtures of each example are drawn beforehand, and all are gone through as often as
    that takes, so that models are trained at once, in about as many steps as without a
    defense.

    Args:
        sets: Integer, at least 1. Defaults to `10`.

    Raises:
        ValueError: If `sets` is below 1; when a model is trained, if its inputs are no
            numbers.

    Reference:
        [Zhang et al., 2018](https://arxiv.org/abs/1710.09412)
    """

    sets: int = 10
    trains_on_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.sets < 1:
            raise ValueError(f"`sets` must be at least 1. Received: sets={self.sets}")

    def model_epochs(self, data: TrainingData) -> int:
        return self._passes(data) * len(data.rows)

    def _passes(self, data: TrainingData) -> int:
        """Returns how often the mixtures are gone through."""
        return -(-data.epochs // self.sets)

    def _drawn(self, data: TrainingData) -> int:
        """Returns how many mixtures of each example are drawn."""
        return round(data.epochs / self._passes(data))

    def __call__(
        self,
        layer: Defense,
        model: keras.Model,
        stack: Stack,
        data: TrainingData,
        *,
        from_logits: bool = False,
        progress: Progress | None = None,
    ) -> tuple[keras.Model, Stack]:
        check_inputs_mix(model, data.x)
        defended = defend(model, layer, from_logits=from_logits)
        one_hot = np.eye(defended.outputs[0].shape[-1], dtype="float32")[data.y]
        trained = [
            train_on_soft_labels(
                defended, model, self._mixtures(data, one_hot, models), progress
            ).values(defended)
            for models in groups_of(len(data.rows), _MODELS)
        ]
        values = [np.concatenate(parts) for parts in zip(*trained, strict=True)]
        return defended, Stack(variables_of(defended), values)

    def _mixtures(
        self, data: TrainingData, one_hot: Floats, models: slice
    ) -> TrainingData:
        """Returns the mixtures of some of the models, in the place of their rows."""
        pairs = [
            self._of_one(data.x, one_hot, rows, seed, self._drawn(data))
            for rows, seed in zip(data.rows[models], data.seeds[models], strict=True)
        ]
        x, y = (np.stack(arrays) for arrays in zip(*pairs, strict=True))
        return dataclasses.replace(
            data,
            x=x,
            y=y,
            rows=np.tile(np.arange(x.shape[1]), (len(x), 1)),
            seeds=data.seeds[models],
            starts=None if data.starts is None else data.starts[models],
            epochs=self._passes(data),
        )

    def _of_one(
        self, x: Array, one_hot: Floats, rows: Integers, seed: int, sets: int
    ) -> tuple[Floats, Floats]:
        random = np.random.default_rng([seed, self.sets])
        first = np.tile(rows, sets)
        second = np.concatenate([random.permutation(rows) for _ in range(sets)])
        shares = random.uniform(size=len(first))
        inputs, labels = (
            mixed(values[first], values[second], shares) for values in (x, one_hot)
        )
        return inputs, labels
