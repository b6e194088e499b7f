"""Mixtures of examples: inputs, and labels in the same shares."""

from __future__ import annotations

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.shadow.backends.configuration import layers_of

# Layers whose inputs name things, so that there is nothing between two of them.
_LOOKUPS = (
    keras.layers.Embedding,
    keras.layers.IntegerLookup,
    keras.layers.StringLookup,
    keras.layers.Hashing,
    keras.layers.TextVectorization,
    keras.layers.CategoryEncoding,
)


def check_inputs_mix(model: keras.Model, x: Array) -> None:
    """Raises `ValueError` if a mixture of two inputs is no input of the model.

    Args:
        model: The model.
        x: Array of inputs `(n, ...)`.
    """
    found = [layer.name for layer in layers_of(model) if isinstance(layer, _LOOKUPS)]
    kinds = [tensor.dtype for tensor in model.inputs]
    numbers = x.dtype.kind in "fiub" and all("float" in kind for kind in kinds)
    if found or not numbers:
        raise ValueError(
            "Inputs are mixed, and must be numbers for that: there is nothing between "
            f"ids or words. Received: inputs of {x.dtype} to a model of "
            f"{', '.join(kinds)}" + (f", with layers {found}" if found else "")
        )


def mixed(values: Array, partners: Array, shares: Floats) -> Floats:
    """Returns float32 `shares * values + (1 - shares) * partners`.

    Args:
        values: Array `(n, ...)`.
        partners: Array of the same shape.
        shares: Array `(n,)` in `[0, 1]`.
    """
    shares = shares.reshape(-1, *[1] * (values.ndim - 1)).astype("float32")
    out = shares * values.astype("float32") + (1 - shares) * partners.astype("float32")
    return np.asarray(out, "float32")
