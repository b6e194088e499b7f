"""Recipes: how a defense is trained, for one model or for many at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence
from typing import ClassVar
from typing import Protocol

import keras

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Defense
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import initialize
from keras_entropy.shadow.stack_training import train

# Called with the number of models' epochs done since the last call.
Progress = Callable[[int], object]


class Train(Protocol):
    """Trains a stack: `shadow.train`, or the `train` of a `Runner`."""

    def __call__(
        self,
        model: keras.Model,
        stack: Stack,
        x: Array,
        y: Array,
        rows: Integers,
        *,
        epochs: int,
        batch_size: int,
        seeds: Sequence[int],
        privacy: PrivateGradients | None = None,
        progress: Progress | None = None,
    ) -> Stack:
        """Returns the trained stack; arguments as for `shadow.train`."""


@dataclasses.dataclass(frozen=True)
class TrainingData:
    """The examples that K models are trained on, and how long.

    Args:
        x: Array `(N, ...)` of inputs.
        y: Integer array `(N,)` of class indices, or other targets that a loss takes.
        rows: Integer array `(K, n)`: the rows of `x` that each model is trained on.
        seeds: K integers: initial weights and order of the rows of each model.
        starts: K integers: initial weights alone, where they are not to be drawn from
            `seeds`; equal ones start models alike. Defaults to `None`, the seeds.
        epochs: Integer, for recipes that train the whole model.
        batch_size: Integer.
        head_epochs: Integer, for each stage of recipes that train a head, in place of
            their own. Defaults to `None`, their own.
        reference: Array `(r, ...)` of inputs and integer array `(r,)` of their class
            indices, for recipes that train on examples whose membership is no secret.
            None of them is in `x`. Defaults to `None`: there are none.
        noise_seed: Integer, for recipes that train privately: what their noise is drawn
            from, beside `seeds`. Who knows it can take the noise off: only for models
            that stay here. Defaults to `None`: a secret one for each training.
        train: Function that trains a stack: `shadow.train`, or the `train` of a
            `Runner` that keeps what is done and spreads it over processes. Defaults
            to the former.
    """

    x: Array
    y: Array
    rows: Integers
    seeds: Sequence[int]
    epochs: int
    batch_size: int
    train: Train = train
    starts: Sequence[int] | None = None
    head_epochs: int | None = None
    reference: tuple[Array, Integers] | None = None
    noise_seed: int | None = None

    def initialize(self, model: keras.Model) -> Stack:
        """Returns fresh values of a model, one set for each of the K models.

        Args:
            model: A built Keras model.
        """
        return initialize(model, self.seeds if self.starts is None else self.starts)

    def train_models(
        self,
        model: keras.Model,
        start: Stack | None = None,
        *,
        privacy: PrivateGradients | None = None,
        progress: Progress | None = None,
    ) -> Stack:
        """Returns the K models trained on this data.

        Args:
            model: A compiled Keras model.
            start: The values that the models start from, or `None` for fresh ones.
                Defaults to `None`.
            privacy: How gradients are clipped and noised. Defaults to `None`: they
                are not.
            progress: Called with the number of models' epochs done since the last
                call.
        """
        return self.train(
            model,
            self.initialize(model) if start is None else start,
            self.x,
            self.y,
            self.rows,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seeds=self.seeds,
            progress=progress,
            # Not told where there is none: not every function takes it.
            **({} if privacy is None else {"privacy": privacy}),
        )


class Recipe(Protocol):
    """How a defense is trained.

    Attributes:
        trains_on_reference: Whether the reference examples of `TrainingData` are needed
            to train, beside those that are to be defended.
    """

    trains_on_reference: ClassVar[bool]

    def model_epochs(self, data: TrainingData) -> int:
        """Returns what the calls of `progress` will add up to."""

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
        """Trains the defense for each of the K models of `stack`.

        Args:
            layer: The defense, not yet built.
            model: The undefended model.
            stack: The weights of the K undefended, trained models.
            data: What to train on.
            from_logits: Boolean, whether `model` ends in logits.
            progress: Called with the number of models' epochs done since the last
                call.

        Returns:
            The defended model, whose live weights mean nothing, and the weights of
            the K defended models.
        """
