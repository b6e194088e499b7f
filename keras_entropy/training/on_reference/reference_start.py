"""The recipe that starts on the reference and touches the private examples little."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.label_losses import SMOOTHED
from keras_entropy.training.label_losses import MadeLoss
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.on_reference.reference_training import USUAL
from keras_entropy.training.on_reference.reference_training import ReferenceTraining
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class ReferenceStart:
    """Trains on the reference, then for a few epochs on the private examples.

    What a model owes to one example grows with the steps that are taken on it, and
    most of what there is to learn is learned from the reference.

    Args:
        start: How the model is trained on the reference.
        loss: Loss of one-hot labels, see `FromScratch`, of the private examples.
            Defaults to cross-entropy with labels smoothed by .3.
        epochs: Integer, on the private examples. Defaults to `3`.
    """

    start: ReferenceTraining = USUAL
    loss: MadeLoss | None = SMOOTHED
    epochs: int = 3
    trains_on_reference: ClassVar[bool] = True

    def model_epochs(self, data: TrainingData) -> int:
        return self.start.model_epochs(data) + self.epochs * len(data.rows)

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
        start = self.start.starts(defended, model, data, progress)
        targets = compile_with(defended, self.loss, like=model)
        private = dataclasses.replace(data, y=targets(data.y), epochs=self.epochs)
        return defended, private.train_models(defended, start, progress=progress)
