"""The recipe that trains on private and reference examples together."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras
import numpy as np

from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.on_reference.reference_training import reference_of
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class WithReference:
    """Trains without a defense, on as many examples as the defenses that start on them.

    Defenses that train on the reference know more examples than the undefended model.
    This is what the same examples are worth without a defense.
    """

    trains_on_reference: ClassVar[bool] = True

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
        x, y = reference_of(data)
        defended = defend(model, layer, from_logits=from_logits)
        targets = compile_with(defended, None, like=model)
        more = np.tile(len(data.x) + np.arange(len(x)), (len(data.rows), 1))
        everything = dataclasses.replace(
            data,
            x=np.concatenate([data.x, x]),
            y=targets(np.concatenate([data.y, y])),
            rows=np.concatenate([data.rows, more], axis=1),
        )
        return defended, everything.train_models(defended, progress=progress)
