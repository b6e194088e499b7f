"""Losses of labels, and the form in which each takes them."""

from __future__ import annotations

import functools
from collections.abc import Callable

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.copies import unused_optimizer

# The class of a loss of one-hot labels with its settings: a new one for each training.
MadeLoss = functools.partial[keras.losses.Loss]

# Smoothed enough that a model that starts from others' examples is not sure of any.
SMOOTHED = functools.partial(keras.losses.CategoricalCrossentropy, label_smoothing=0.3)


def compile_with(
    model: keras.Model, loss: MadeLoss | None, *, like: keras.Model
) -> Callable[[Integers], Array]:
    """Compiles a model of class probabilities with a loss of its labels.

    Args:
        model: The model that is compiled.
        loss: The loss, or `None` for cross-entropy.
        like: The model whose optimizer is copied, as it was before any step; Adam 1e-3
            where it is not compiled.

    Returns:
        Function from class indices `(N,)` to the targets that the loss takes.
    """
    optimizer = unused_optimizer(like) or keras.optimizers.Adam(1e-3)
    if loss is None:
        model.compile(optimizer, "sparse_categorical_crossentropy")
        return lambda labels: labels
    model.compile(optimizer, loss())
    one_hot = np.eye(model.outputs[0].shape[-1], dtype="float32")
    return lambda labels: one_hot[labels]
