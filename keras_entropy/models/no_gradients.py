"""Answers of a model at inference, without what Keras' `predict` sets up for them."""

from __future__ import annotations

import contextlib
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Floats


def call_without_gradients(model: keras.Model, x: Any) -> Floats:
    """Returns a model's answers to one batch, float32, as it is in the midst of `fit`.

    Args:
        model: A Keras model with one output.
        x: Inputs `(batch, ...)`, or a structure of them.
    """
    with _no_gradients():
        tensors = keras.tree.map_structure(_tensor, x)
        outputs = model(tensors, training=False)
    return keras.ops.convert_to_numpy(keras.ops.cast(outputs, "float32"))


def _tensor(part: Any) -> Any:
    # Strings and ragged rows are tensors already, which Keras converts no more.
    return keras.ops.convert_to_tensor(part) if isinstance(part, np.ndarray) else part


def _no_gradients() -> contextlib.AbstractContextManager[None]:
    if keras.backend.backend() != "torch":
        return contextlib.nullcontext()  # the others record nothing unless asked to
    import torch

    return torch.no_grad()
