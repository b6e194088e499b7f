"""The recipe of students that never see a private example (DMP)."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training.on_reference.reference_training import reference_of
from keras_entropy.training.published.mixtures import check_inputs_mix
from keras_entropy.training.published.mixtures import mixed
from keras_entropy.training.published.soft_labels import train_on_soft_labels
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class Distillation:
    """Trains a student on what the undefended model answers about the reference.

    Distillation for membership privacy (DMP): the student learns of the private
    examples only what the answers of its teacher tell. Labels of the reference are not
    used. The loss is the Kullback-Leibler divergence from the teacher's probabilities,
    at temperature 1, as in the authors' code for Purchase100.

    The paper has as many reference examples as private ones, or draws them from a
    generative model, and keeps those of which the teacher is most sure. Here there are
    few, so that all are kept, and mixtures of two of them, in shares that are uniform,
    stand in for the generative model.

    Args:
        mixtures: Integer, at least 0, for each reference example. Defaults to `4`.

    Reference:
        [Shejwalkar and Houmansadr, 2021](https://arxiv.org/abs/1906.06589)
    """

    mixtures: int = 4
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
        x, _ = reference_of(data)
        if self.mixtures:
            check_inputs_mix(model, x)
            x = self._with_mixtures(x)
        teacher = probabilities_of(model, from_logits=from_logits)
        public = dataclasses.replace(
            data,
            x=x,
            y=predict(teacher, stack, x),
            rows=np.tile(np.arange(len(x)), (len(data.rows), 1)),
        )
        defended = defend(model, layer, from_logits=from_logits)
        return defended, train_on_soft_labels(defended, model, public, progress)

    def _with_mixtures(self, x: Array) -> Array:
        # The draws are no secret: nothing private is here.
        random = np.random.default_rng(0)
        n = len(x) * self.mixtures
        first, second = (x[random.integers(len(x), size=n)] for _ in range(2))
        return np.concatenate([x, mixed(first, second, random.uniform(size=n))])
