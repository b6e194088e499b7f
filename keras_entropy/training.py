"""The recipes of defenses that are trained, for one model or for many at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import Protocol

import keras
import numpy as np

from keras_entropy import _ending
from keras_entropy._defense import Defense
from keras_entropy.attach import defend
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import initialize
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.train import predict
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
    """

    x: np.ndarray
    y: np.ndarray
    rows: np.ndarray
    seeds: Sequence[int]
    epochs: int
    batch_size: int


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
        epochs: Integer. Defaults to `20`, as in the study.
        learning_rate: Float, of Adam. Defaults to `1e-3`, as in the study.
    """

    epochs: int = 20
    learning_rate: float = 1e-3

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
        defended = defend(model, layer, from_logits=from_logits)
        logits = keras.Model(
            _ending.model_inputs(defended), _ending.source(defended.outputs[0])
        )
        # The last layer may be a copy without its softmax: same architecture, other
        # variables, in the same order.
        backbone = Stack(variables_of(logits), stack.values(model))
        inputs = keras.Input(logits.outputs[0].shape[1:])
        head = keras.Model(inputs, layer(inputs))
        head.compile(
            keras.optimizers.Adam(self.learning_rate), "sparse_categorical_crossentropy"
        )
        trained = train(
            head,
            initialize(head, data.seeds),
            predict(logits, backbone, data.x),
            data.y,
            data.rows,
            epochs=self.epochs,
            batch_size=data.batch_size,
            seeds=data.seeds,
            progress=progress,
        )
        return defended, trained.transfer(defended, backbone)


@dataclasses.dataclass(frozen=True)
class FromScratch:
    """Trains the defended architecture anew on the labels.

    The optimizer is configured like the model's own, or Adam 1e-3 where the model is
    not compiled; the loss is cross-entropy.
    """

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
        defended.compile(optimizer, "sparse_categorical_crossentropy")
        trained = train(
            defended,
            initialize(defended, data.seeds),
            data.x,
            data.y,
            data.rows,
            epochs=data.epochs,
            batch_size=data.batch_size,
            seeds=data.seeds,
            progress=progress,
        )
        return defended, trained


def copy_of(model: keras.Model) -> keras.Model:
    """Returns the model with weights of its own, compiled if the model is.

    Recipes write into the layers that a defended model shares with the undefended
    one. Layers with an `adapt` method are not trained, and are shared: their tables
    are no weights, and a clone would come without them.
    """

    def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
        if hasattr(layer, "adapt"):
            return layer
        return type(layer).from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=clone, recursive=True)
    copy.set_weights(model.get_weights())
    optimizer = unused_optimizer(model)
    if optimizer is not None:
        copy.compile(optimizer)
    return copy


def unused_optimizer(model: keras.Model) -> keras.optimizers.Optimizer | None:
    """Returns a new optimizer configured like the model's, or `None` without one."""
    own = getattr(model, "optimizer", None)
    return type(own).from_config(own.get_config()) if own is not None else None


def class_indices(labels: Any, classes: int) -> np.ndarray:
    """Returns labels as integers `(N,)`, from integers or one-hot rows.

    Raises:
        ValueError: If a label is no class of `range(classes)`.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biuf":
        raise ValueError(
            "`y` must hold class indices, which are numbers. "
            f"Received: y of dtype {labels.dtype}"
        )
    if labels.ndim == 2 and labels.shape[1] == classes > 1:
        one_hot = np.isin(labels, (0, 1)).all(axis=1) & (labels.sum(axis=1) == 1)
        if not one_hot.all():
            raise ValueError(
                "`y` of two dimensions must hold one-hot rows. "
                f"Received: y[{one_hot.argmin()}]={labels[one_hot.argmin()]}"
            )
        labels = labels.argmax(axis=1)
    elif labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise ValueError(
            f"`y` must be class indices of shape (N,) or one-hot rows "
            f"(N, {classes}). Received: y of shape {labels.shape}"
        )
    wrong = ~np.isin(labels, np.arange(classes))
    if wrong.any():
        raise ValueError(
            f"`y` must hold integers from 0 to {classes - 1}, one for each of the "
            f"model's {classes} outputs. "
            f"Received: y[{wrong.argmax()}]={labels[wrong.argmax()]}"
        )
    return labels.astype("int64")
