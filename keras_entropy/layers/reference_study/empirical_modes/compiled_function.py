"""The backend's own compiler, for a part of a layer that has too many operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


def compiled(function: Callable[[Any], Any], width: int) -> Callable[[Any], Any]:
    """Returns the function of rows `(B, width)`, compiled where the backend can.

    TensorFlow runs each small operation of a graph for about a microsecond, whatever
    its size, and eager ones for ten. XLA makes a few loops of a thousand of them, also
    within a graph, eagerly or in a SavedModel. PyTorch runs the function as it is.
    XLA compiles once for each number of rows, so that the caller should have few.

    Args:
        function: Of one float32 tensor `(B, width)`, made of `keras.ops`.
        width: Integer, the static size of a row.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(
            function,
            input_signature=[tf.TensorSpec((None, width), "float32")],
            jit_compile=True,
            autograph=False,
        )
    if backend == "jax":
        import jax

        return jax.jit(function)
    return function
