"""The recipe that leaves the private examples alone."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.on_reference.reference_training import USUAL
from keras_entropy.training.on_reference.reference_training import ReferenceTraining
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class ReferenceOnly:
    """Trains the model on the reference alone.

    Nothing about the private examples can leak, so that what is less accurate than
    this, and leaks, is of no use.

    Args:
        training: How. Defaults to twice the epochs, labels smoothed by .3.
    """

    training: ReferenceTraining = USUAL
    trains_on_reference: ClassVar[bool] = True

    def model_epochs(self, data: TrainingData) -> int:
        return self.training.model_epochs(data)

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
        defended = defend(model, layer, from_logits=from_logits)
        return defended, self.training.starts(defended, model, data, progress)
