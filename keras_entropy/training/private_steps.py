"""The recipes with a proof: few steps of clipped and noised gradients (DP-SGD)."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.privacy.accounting import guarantee_of
from keras_entropy.privacy.accounting import noise_for
from keras_entropy.privacy.guarantee import Guarantee
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.private.checks import public_parts
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.label_losses import SMOOTHED
from keras_entropy.training.label_losses import MadeLoss
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.on_reference.reference_training import USUAL
from keras_entropy.training.on_reference.reference_training import ReferenceTraining
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData

_CONDITIONS = (
    "each person gave one training example",
    "the noise's seed stays secret",
    "network and settings were chosen without a look at the training examples",
)


@dataclasses.dataclass(frozen=True)
class PrivateSteps:
    """Trains by steps on all private examples, clipped and noised, from fresh weights.

    The optimizer is Adam, whatever the model's own.

    Args:
        steps: Integer.
        noise_multiplier: Float, see `PrivateGradients`.
        clip_norm: Float, see `PrivateGradients`.
        learning_rate: Float, of Adam.
        loss: Loss of one-hot labels, see `FromScratch`, or `None` for cross-entropy.
        delta: Float, at which epsilon is told. Defaults to `None`: a tenth of one
            divided by the number of training examples.

    Source: Abadi et al., 2016, arXiv:1607.00133.
    """

    steps: int = 100
    noise_multiplier: float = 20.0
    clip_norm: float = 0.3
    learning_rate: float = 3e-3
    loss: MadeLoss | None = SMOOTHED
    delta: float | None = None
    trains_on_reference: ClassVar[bool] = False

    def guarantee(self, examples: int) -> Guarantee:
        """Returns what is guaranteed to each training example.

        Args:
            examples: Integer, number of training examples of a model.
        """
        return guarantee_of(
            steps=self.steps,
            noise_multiplier=self.noise_multiplier,
            delta=0.1 / examples if self.delta is None else self.delta,
            conditions=_CONDITIONS,
        )

    def with_epsilon(
        self, epsilon: float | None, delta: float | None, examples: int
    ) -> PrivateSteps:
        """Returns the recipe with the noise that an epsilon needs.

        Args:
            epsilon: Float above 0, for swap; `None` leaves the noise as it is.
            delta: Float, or `None` for the recipe's own.
            examples: Integer, number of training examples of a model.

        Raises:
            ValueError: If nothing would be learned with so much noise, or a number is
                out of its range.
        """
        recipe = self if delta is None else dataclasses.replace(self, delta=delta)
        recipe.guarantee(examples)  # Or raises.
        if epsilon is None:
            return recipe
        at = 0.1 / examples if recipe.delta is None else recipe.delta
        noise = noise_for(epsilon=epsilon, delta=at, steps=self.steps)
        if noise > examples:
            reached = dataclasses.replace(recipe, noise_multiplier=float(examples))
            raise ValueError(
                f"`epsilon` can't be reached in {self.steps} steps on {examples} "
                "examples: the noise would be larger than the sum of all their "
                "gradients. Take an epsilon of at least "
                f"{math.ceil(1000 * reached.guarantee(examples).epsilon) / 1000}, or "
                f"more examples. Received: epsilon={epsilon}, delta={at:g}"
            )
        return dataclasses.replace(recipe, noise_multiplier=noise)

    def conditions_of(self, model: keras.Model) -> tuple[str, ...]:
        """Returns what has to be true of a model besides."""
        kept = ", ".join(map(repr, public_parts(model)))
        if not kept:
            return ()
        return (f"the values kept in {kept} come from none of the training examples",)

    def model_epochs(self, data: TrainingData) -> int:
        return self.steps * len(data.rows)

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
        start = self._start(defended, model, data, progress)
        targets = compile_with(defended, self.loss, like=model)
        # The same loss, and an optimizer that the accuracy was measured with.
        defended.compile(keras.optimizers.Adam(self.learning_rate), defended.loss)
        settings = (self.clip_norm, self.noise_multiplier)
        if data.noise_seed is None:
            privacy = PrivateGradients(*settings)
        else:
            privacy = PrivateGradients(*settings, seed=data.noise_seed)
        private = dataclasses.replace(
            data,
            y=targets(data.y),
            epochs=self.steps,
            batch_size=data.rows.shape[1],
        )
        trained = private.train_models(
            defended, start, privacy=privacy, progress=progress
        )
        # What is trained next, to fit a layer, is trained as the start was.
        compile_with(defended, self.loss, like=model)
        return defended, trained

    def _start(
        self,
        defended: keras.Model,
        model: keras.Model,
        data: TrainingData,
        progress: Progress | None,
    ) -> Stack:
        return data.initialize(defended)


@dataclasses.dataclass(frozen=True)
class PrivateStepsFromReference(PrivateSteps):
    """Trains on the reference, then by private steps on the private examples.

    What is guaranteed is guaranteed to the private examples alone.

    Args:
        start: How the model is trained on the reference.
    """

    start: ReferenceTraining = USUAL
    trains_on_reference: ClassVar[bool] = True

    def guarantee(self, examples: int) -> Guarantee:
        return (
            super()
            .guarantee(examples)
            .given("no training example is in the reference, which is not protected")
        )

    def model_epochs(self, data: TrainingData) -> int:
        return self.start.model_epochs(data) + super().model_epochs(data)

    def _start(
        self,
        defended: keras.Model,
        model: keras.Model,
        data: TrainingData,
        progress: Progress | None,
    ) -> Stack:
        return self.start.starts(defended, model, data, progress)
