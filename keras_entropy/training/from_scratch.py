"""The recipe of defenses that are trained with the whole model."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.label_losses import MadeLoss
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class FromScratch:
    """Trains the defended architecture anew on the labels.

    The optimizer is configured like the model's own, or Adam 1e-3 where the model is
    not compiled.

    Args:
        loss: `functools.partial` of the class of a loss of one-hot labels, with its
            settings (a new loss is made for each training), or `None` for
            cross-entropy. Defaults to `None`.
    """

    loss: MadeLoss | None = None
    trains_on_reference: ClassVar[bool] = False

    def model_epochs(self, data: TrainingData) -> int:
        return data.epochs * len(data.rows)

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
        targets = compile_with(defended, self.loss, like=model)
        data = dataclasses.replace(data, y=targets(data.y))
        return defended, data.train_models(defended, progress=progress)
