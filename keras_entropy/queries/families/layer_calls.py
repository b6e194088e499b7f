"""Calls of layers that draw at random, reproducibly."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Array

# Bounds the memory of a call.
_ROWS = 1024


def called(layer: keras.layers.Layer, x: Array, seed: int) -> Array:
    """Returns what a layer makes of examples in training.

    Its state is left as it was: that of its random generators, and what a layer such as
    batch normalization learns from a call.

    Args:
        layer: Keras layer, or a model, or a pipeline of layers.
        x: Array `(N, ...)`.
        seed: Integer below 2**31.
    """
    blocks = []
    with _seeded(layer, seed):
        for start in range(0, len(x), _ROWS):
            made = layer(ops.convert_to_tensor(x[start : start + _ROWS]), training=True)
            blocks.append(ops.convert_to_numpy(made))
    return np.concatenate(blocks)


def in_type_of(x: Array, values: Array) -> Array:
    """Returns what a layer made of numbers in their own type: layers answer in theirs.

    Args:
        x: Array of the examples.
        values: Array of what the layer made of them.
    """
    if values.dtype.kind not in "iuf" or x.dtype.kind not in "iuf":
        return values
    if x.dtype.kind != "f":
        limits = np.iinfo(x.dtype)
        values = np.clip(np.rint(values), limits.min, limits.max)
    return values.astype(x.dtype, copy=False)


@contextlib.contextmanager
def _seeded(layer: keras.layers.Layer, seed: int) -> Iterator[None]:
    """Starts the layer's generators, those of layers inside too, at a seed."""
    before = [
        (state, ops.convert_to_numpy(state.value).copy())
        for state in layer.non_trainable_variables
    ]
    for number, (state, value) in enumerate(before):
        if state.name == "seed_generator_state":
            state.assign(np.array([seed, number], value.dtype))
    try:
        yield
    finally:
        for state, value in before:
            state.assign(value)
