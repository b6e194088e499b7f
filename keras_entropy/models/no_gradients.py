"""Answers of a model at inference, without what Keras' `predict` sets up for them."""

from __future__ import annotations

import contextlib

import keras

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats


def call_without_gradients(model: keras.Model, x: Array) -> Floats:
    """Returns a model's answers to one batch, float32, as it is in the midst of `fit`.

    Args:
        model: A Keras model with one output.
        x: Inputs `(batch, ...)`.
    """
    with _no_gradients():
        outputs = model(keras.ops.convert_to_tensor(x), training=False)
    return keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32"))


def _no_gradients() -> contextlib.AbstractContextManager[None]:
    if keras.backend.backend() != "torch":
        return contextlib.nullcontext()  # the others record nothing unless asked to
    import torch

    return torch.no_grad()
