"""The recipe that averages models of disjoint parts of the private examples."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.shadow.backends.configuration import layers_of
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.training.label_losses import SMOOTHED
from keras_entropy.training.label_losses import MadeLoss
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.on_reference.reference_training import USUAL
from keras_entropy.training.on_reference.reference_training import ReferenceTraining
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class DisjointMean:
    """Trains one model on each part of the private examples, and averages the weights.

    All start from one model of the reference, so that their weights are alike enough
    to be averaged. Each example is in one part, and moves the mean by a fraction.

    An attacker who holds the start sees by how far and where the mean has moved: the
    start must be secret, from a secret seed, and is not deployed.

    Args:
        start: How the start is trained on the reference.
        parts: Integer, at least 2. Defaults to `6`.
        loss: Loss of one-hot labels, see `FromScratch`, of the private examples.
            Defaults to cross-entropy with labels smoothed by .3.
        times: Float, epochs on each part for each of those of `TrainingData`. Defaults
            to `0.6`.
    """

    start: ReferenceTraining = USUAL
    parts: int = 6
    loss: MadeLoss | None = SMOOTHED
    times: float = 0.6
    trains_on_reference: ClassVar[bool] = True

    def model_epochs(self, data: TrainingData) -> int:
        parts = self.parts * len(data.rows)
        return self.start.model_epochs(data) + self._epochs(data) * parts

    def _epochs(self, data: TrainingData) -> int:
        return max(1, round(self.times * data.epochs))

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
        self._check(model, data)
        defended = defend(model, layer, from_logits=from_logits)
        start = self.start.starts(defended, model, data, progress)
        targets = compile_with(defended, self.loss, like=model)
        drawn = [np.random.default_rng([seed, self.parts]) for seed in data.seeds]
        parts = dataclasses.replace(
            data,
            y=targets(data.y),
            rows=_parts(data.rows, self.parts, drawn),
            seeds=[int(s) for d in drawn for s in d.integers(2**31, size=self.parts)],
            starts=None,
            epochs=self._epochs(data),
        )
        many = start.select(np.repeat(np.arange(len(start)), self.parts).tolist())
        trained = parts.train_models(defended, many, progress=progress)
        means = [_mean(value, self.parts) for value in trained.values(defended)]
        return defended, Stack(variables_of(defended), means)

    def _check(self, model: keras.Model, data: TrainingData) -> None:
        unfit = [
            layer.name
            for layer in layers_of(model)
            if isinstance(layer, keras.layers.BatchNormalization)
        ]
        if unfit:
            raise ValueError(
                "Weights of several models can't be averaged around a "
                "BatchNormalization: its statistics are those of one model. Use "
                "LayerNormalization or another defense, such as `reference-start`. "
                f"Received: layers {unfit}"
            )
        if data.rows.shape[1] < self.parts:
            raise ValueError(
                f"Private examples are divided into {self.parts} parts. "
                f"Received: {data.rows.shape[1]} examples"
            )


def _parts(rows: Integers, parts: int, drawn: list[np.random.Generator]) -> Integers:
    """Returns the rows of each part of each model; a rest is left out."""
    size = rows.shape[1] // parts
    divided = [
        generator.permutation(own)[: size * parts].reshape(parts, size)
        for own, generator in zip(rows, drawn, strict=True)
    ]
    return np.concatenate(divided)


def _mean(values: Array, parts: int) -> Array:
    """Returns the means of as many neighbors; states of generators are the first's."""
    grouped = values.reshape(-1, parts, *values.shape[1:])
    if not np.issubdtype(values.dtype, np.floating):
        return grouped[:, 0]
    return grouped.mean(axis=1, dtype="float64").astype(values.dtype)
