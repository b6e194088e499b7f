"""Training of heads on the values that their softmax is fed, for K models at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.reference_study.heads import Head
from keras_entropy.layers.reference_study.heads import LinearHead
from keras_entropy.layers.reference_study.heads import QuadraticHead
from keras_entropy.models.copies import linear_copy
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import logits_of
from keras_entropy.models.graph import model_inputs
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData

LOSSES = ("crossentropy", "mse")


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How long a head is trained, and with which loss.

    Args:
        loss: `"crossentropy"` of class indices, or `"mse"` between the values that the
            softmax is fed and target values, or the one-hot rows of class indices.
        epochs: Integer.
        learning_rate: Float, of Adam.
    """

    loss: str
    epochs: int
    learning_rate: float


def check_loss(argument: str, loss: str) -> None:
    """Raises `ValueError` if `loss` is none of `LOSSES`."""
    if loss not in LOSSES:
        raise ValueError(
            f"`{argument}` must be one of {LOSSES}. Received: {argument}={loss!r}"
        )


def checked_head(layer: Defense) -> Head:
    """Returns the layer, or raises `TypeError` if a recipe for heads can't train it."""
    if not isinstance(layer, Head):
        raise TypeError(
            "`layer` must be a head, `keras_entropy.LinearHead` or "
            f"`keras_entropy.QuadraticHead`. Received: layer={layer!r}"
        )
    return layer


@dataclasses.dataclass(frozen=True)
class Form:
    """How a head is trained, and what is put in when it is.

    Args:
        layer: The head of the defended model.
        values: Maps the symbolic logits to trainable values of plain Keras layers.
        weights: Maps the trained arrays, each `(K, ...)`, to the layer's.
    """

    layer: Head
    values: Callable[[Any], Any]
    weights: Callable[[list[Array]], list[Array]]


def plain_form(layer: Head) -> Form:
    """Returns the head as it is defined."""
    return Form(layer, layer.unnormalized, lambda arrays: arrays)


def published_form(layer: Head) -> Form:
    """Returns the head as the study's refined models have it.

    There the two matrices of a quadratic head follow one another, which is one linear
    map: `v = B A z + c`.
    """
    if not isinstance(layer, QuadraticHead):
        return plain_form(layer)

    def values(logits: Any) -> Any:
        classes = logits.shape[-1]
        first = keras.layers.Dense(classes, use_bias=False, dtype="float32")(logits)
        return keras.layers.Dense(classes, dtype="float32")(first)

    def weights(arrays: list[Array]) -> list[Array]:
        first, second, bias = arrays
        return [first @ second, bias]

    return Form(LinearHead(name=layer.name), values, weights)


def chained(arrays: list[Array]) -> list[Array]:
    """Returns the arrays of a fitted quadratic head as those of its published form."""
    kernel, bias = arrays
    classes = kernel.shape[-1]
    return [kernel[:, :classes], kernel[:, classes:], bias]


def backbone_of(
    model: keras.Model, stack: Stack, *, from_logits: bool, linear: bool = False
) -> tuple[keras.Model, Stack]:
    """Returns the model up to its logits, and the K models' weights for it.

    Args:
        model: The undefended model.
        stack: The weights of the K undefended models.
        from_logits: Whether `model` ends in logits.
        linear: Whether to leave the activation functions out.
    """
    logits = logits_of(model, from_logits=from_logits)
    if linear:
        logits = linear_copy(logits)
    # Some layers may be copies: same architecture, other variables, same order.
    return logits, Stack(variables_of(logits), stack.values(model))


def fit(
    model: keras.Model,
    start: Stack,
    x: Array,
    targets: Array,
    data: TrainingData,
    schedule: Schedule,
    progress: Progress | None,
) -> Stack:
    """Trains a model of values with Adam.

    Args:
        model: Ends in what a softmax would be fed.
        start: The K models to start from.
        x: Inputs `(N, ...)`, or `(K, N, ...)` with inputs of its own for each model.
        targets: Class indices, or vectors where the loss is `"mse"`, likewise.
        data: Rows, batch size, seeds and the function that trains.
        schedule: Loss, epochs and learning rate.
        progress: See `Recipe`.
    """
    if schedule.loss == "mse" and not np.issubdtype(targets.dtype, np.floating):
        targets = np.eye(model.outputs[0].shape[-1], dtype="float32")[targets]
    model.compile(
        keras.optimizers.Adam(schedule.learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        if schedule.loss == "crossentropy"
        else keras.losses.MeanSquaredError(),
    )
    examples = dataclasses.replace(data, x=x, y=targets, epochs=schedule.epochs)
    return examples.train_models(model, start, progress=progress)


def fit_head(
    form: Form,
    inputs: Array,
    targets: Array,
    data: TrainingData,
    schedule: Schedule,
    progress: Progress | None,
) -> list[Array]:
    """Trains heads alone, from fresh weights; returns their arrays, each `(K, ...)`.

    Args:
        form: How the head is trained.
        inputs: What it is fed, `(K, N, C)`.
        targets: As for `fit`.
        data: Rows, batch size and seeds.
        schedule: Loss, epochs and learning rate.
        progress: See `Recipe`.
    """
    tensor = keras.Input(inputs.shape[2:])
    model = keras.Model(tensor, form.values(tensor))
    start = data.initialize(model)
    return fit(model, start, inputs, targets, data, schedule, progress).values(model)


def refine(
    form: Form,
    arrays: list[Array],
    logits: keras.Model,
    backbone: Stack,
    data: TrainingData,
    schedule: Schedule,
    progress: Progress | None,
) -> tuple[list[Array], Stack]:
    """Trains heads together with the models behind them, on the labels.

    Args:
        form: How the head is trained.
        arrays: The weights that the heads start from.
        logits: The model behind the head.
        backbone: The K models' weights for it.
        data: What to train on.
        schedule: Loss, epochs and learning rate.
        progress: See `Recipe`.

    Returns:
        The heads' arrays, each `(K, ...)`, and the weights of the models behind.
    """
    model = keras.Model(model_inputs(logits), form.values(logits.outputs[0]))
    behind = {id(v) for v in variables_of(logits)}
    head = [v for v in variables_of(model) if id(v) not in behind]
    start = Stack(head, arrays).transfer(model, backbone)
    trained = fit(model, start, data.x, data.y, data, schedule, progress)
    by_variable = dict(
        zip(map(id, variables_of(model)), trained.values(model), strict=True)
    )
    return [by_variable[id(v)] for v in head], trained.transfer(logits, backbone)


def put_in(
    form: Form, arrays: list[Array], logits: keras.Model, backbone: Stack
) -> tuple[keras.Model, Stack]:
    """Returns the defended model and the weights of the K defended models."""
    defended = defend(logits, form.layer, from_logits=True)
    head = Stack([form.layer.kernel, form.layer.bias], form.weights(arrays))
    return defended, head.transfer(defended, backbone)
