"""The recipes of defenses that are trained, for one model or for many at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence
from typing import Protocol

import keras
import numpy as np

from keras_entropy import _head_fitting
from keras_entropy._copies import copy_of as copy_of
from keras_entropy._copies import unused_optimizer
from keras_entropy._defense import Defense
from keras_entropy._labels import class_indices as class_indices
from keras_entropy.attach import defend
from keras_entropy.shadow.predict import predict
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import initialize
from keras_entropy.shadow.train import train

Progress = Callable[[int], None]


@dataclasses.dataclass(frozen=True)
class TrainingData:
    """What K models are trained on.

    Args:
        x: Array `(N, ...)` of inputs.
        y: Integer array `(N,)` of class indices.
        rows: Integer array `(K, n)`: the rows of `x` that each model is trained on.
        seeds: K integers: initial weights and order of the rows of each model.
        epochs: Integer, for recipes that train the whole model.
        batch_size: Integer.
        train: Function that trains a stack: `shadow.train`, or the `train` of a
            `Runner` that keeps what is done and spreads it over processes. Defaults
            to the former.
    """

    x: np.ndarray
    y: np.ndarray
    rows: np.ndarray
    seeds: Sequence[int]
    epochs: int
    batch_size: int
    train: Callable[..., Stack] = train


class Recipe(Protocol):
    """How a defense is trained."""

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


@dataclasses.dataclass(frozen=True)
class FrozenBackbone:
    """Puts a head in the softmax's place and trains the head alone on the labels.

    Args:
        loss: `"crossentropy"`, or `"mse"` between the values that the softmax is fed
            and the one-hot labels, as in the study. Defaults to `"crossentropy"`.
        epochs: Integer. Defaults to `20`, as in the study.
        learning_rate: Float, of Adam. Defaults to `1e-3`, as in the study.
        as_published: Boolean, whether to leave out the model's activation functions
            and to chain the two matrices of a quadratic head, as the study's code
            does without saying so. Defaults to `False`.

    Raises:
        ValueError: If `loss` is unknown.
    """

    loss: str = "crossentropy"
    epochs: int = 20
    learning_rate: float = 1e-3
    as_published: bool = False

    def __post_init__(self) -> None:
        _head_fitting.check_loss("loss", self.loss)

    def model_epochs(self, data: TrainingData) -> int:
        return self.epochs * len(data.rows)

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
        _head_fitting.check_head(layer)
        logits, backbone = _head_fitting.backbone_of(
            model, stack, from_logits=from_logits, linear=self.as_published
        )
        form = _head_fitting.plain_form(layer)
        if self.as_published:
            form = _head_fitting.published_form(layer)
        arrays = _head_fitting.fit_head(
            form,
            predict(logits, backbone, data.x),
            data.y,
            data,
            loss=self.loss,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            progress=progress,
        )
        return _head_fitting.put_in(form, arrays, logits, backbone)


@dataclasses.dataclass(frozen=True)
class FromScratch:
    """Trains the defended architecture anew on the labels.

    The optimizer is configured like the model's own, or Adam 1e-3 where the model is
    not compiled.

    Args:
        loss: Function without arguments that returns a loss of one-hot labels, such as
            a `functools.partial` of its class, or `None` for cross-entropy. Defaults
            to `None`.
    """

    loss: Callable[[], keras.losses.Loss] | None = None

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
        optimizer = unused_optimizer(model) or keras.optimizers.Adam(1e-3)
        labels, loss = data.y, "sparse_categorical_crossentropy"
        if self.loss is not None:
            labels = np.eye(defended.outputs[0].shape[-1], dtype="float32")[data.y]
            loss = self.loss()
        defended.compile(optimizer, loss)
        trained = data.train(
            defended,
            initialize(defended, data.seeds),
            data.x,
            labels,
            data.rows,
            epochs=data.epochs,
            batch_size=data.batch_size,
            seeds=data.seeds,
            progress=progress,
        )
        return defended, trained
