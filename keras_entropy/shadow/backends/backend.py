"""The interface of a backend, which `engine.py` trains and predicts by."""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Protocol

import keras

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.backends.tensors import Tensor as Tensor
from keras_entropy.shadow.private.closed_form import TappedModel
from keras_entropy.shadow.private.example_loss import ExampleLoss
from keras_entropy.shadow.private.steps import Steps
from keras_entropy.shadow.threads import Progress


class Trainer(Protocol):
    """An epoch of training that serves any values of a model."""

    @property
    def concurrent(self) -> bool:
        """Whether `train` may run in several threads at a time."""

    def train(
        self,
        values: Sequence[Array],
        data: Sequence[Tensor],
        per_model: tuple[bool, ...],
        epochs: Iterable[tuple[Integers, Integers]],
        seed: int,
        progress: Progress,
    ) -> list[Array]:
        """Train from `values` and return the values at the end.

        Args:
            values: Arrays for `variables_of(model)`: of one model, or with `size`
                models along the first axis.
            data: Inputs, targets and, optionally, sample weights: arrays or tensors.
            per_model: For each of `data`, whether it has `size` models along the
                first axis. Where models are not stacked, it never has.
            epochs: Yields `(indices, rest)`: the rows of full batches,
                `(steps, [size,] batch)`, and of the last one, `([size,] fewer)`.
            seed: For backends on which random numbers can come from a generator that
                is no variable of the model.
            progress: Called with the number of models' epochs done since the last
                call.
        """


class PrivateTrainer(Protocol):
    """Steps of clipped and noised gradients that serve any values of a model."""

    @property
    def concurrent(self) -> bool:
        """Whether `train_privately` may run in several threads at a time."""

    def train_privately(
        self,
        values: Sequence[Array],
        data: Sequence[Tensor],
        per_model: tuple[bool, ...],
        steps: Iterable[Steps],
        privacy: PrivateGradients,
        keys: Sequence[bytes],
        expected: float,
        progress: Progress,
    ) -> list[Array]:
        """Train from `values` and return the values at the end.

        Args:
            values: As for `Trainer.train`.
            data: As for `Trainer.train`.
            per_model: As for `Trainer.train`.
            steps: What to train on, `size` models or one along the second axis.
            privacy: The clipping norm and the noise.
            keys: For each model, 32 secret bytes that its noise is drawn from.
            expected: Expected number of examples in a step.
            progress: As for `Trainer.train`.
        """


class Predictor(Protocol):
    """A forward pass at inference that serves any values of a model."""

    def __call__(
        self, values: Sequence[Array], x: Array, per_model: bool, batch_size: int
    ) -> Array:
        """Return the outputs, examples first for one model and second for a stack.

        Args:
            values: As for `Trainer.train`.
            x: Array of inputs `([size,] N, ...)`.
            per_model: Whether `x` has `size` models along the first axis.
            batch_size: Examples in one call of the model.
        """


class Backend(Protocol):
    """A module that trains and predicts on one of Keras' backends.

    `size` is the number of models that are stacked: their values carry it as the first
    axis. `None` is one model, whose values carry no such axis. `engine.py` decides by
    backend and model which of the two it asks for.
    """

    def make_trainer(
        self, model: keras.Model, size: int | None, dense: bool
    ) -> Trainer:
        """Return the epoch of a compiled Keras model.

        Args:
            model: The model, which is not written into.
            size: Number of stacked models, or `None`.
            dense: Whether all layers are matrix products or element-wise, for which
                other ways of compiling pay than for convolutions.
        """

    def make_predictor(self, model: keras.Model, size: int | None) -> Predictor:
        """Return the forward pass of a built Keras model.

        Args:
            model: The model, which is not written into.
            size: Number of stacked models, or `None`.
        """


class PrivateBackend(Protocol):
    """A module that trains privately on one of Keras' backends.

    `size` is as for `Backend`.
    """

    def make_private_trainer(
        self,
        model: keras.Model,
        size: int | None,
        dense: bool,
        clipped: TappedModel | ExampleLoss,
    ) -> PrivateTrainer:
        """Return the private steps of a compiled Keras model.

        Args:
            model: The model, which is not written into.
            size: Number of stacked models, or `None`. Only a model with a closed form
                is stacked.
            dense: As for `make_trainer`.
            clipped: The model's clipped gradients in closed form, or the loss of single
                examples where there is no such form.
        """
