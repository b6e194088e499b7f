"""Fitting a defense to a model's answers to reference examples."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy._fitted import FittedDefense
from keras_entropy.attach import defend
from keras_entropy.attach import probabilities_of
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.train import predict


def fit_to_model(
    layer: FittedDefense,
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    *,
    from_logits: bool = False,
    seed: int = 0,
) -> FittedDefense:
    """Fits the layer to one model, and returns it.

    Args:
        layer: The defense.
        model: The undefended model.
        x: Array `(n, ...)` of reference inputs.
        y: Integer array `(n,)`: their classes.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        seed: Integer, for layers that ask random questions. Defaults to `0`.

    Raises:
        ValueError: As for `FittedDefense.fit`.
    """
    undefended = probabilities_of(model, from_logits=from_logits)
    outputs = undefended.predict(layer.queries(x, seed=seed), verbose=0)
    return layer.fit(outputs, y)


def fit_to_stack(
    layer: FittedDefense,
    model: keras.Model,
    stack: Stack,
    x: np.ndarray,
    y: np.ndarray,
    *,
    seed: int = 0,
) -> tuple[keras.Model, Stack]:
    """Fits the layer to each of K models.

    Args:
        layer: The defense.
        model: The undefended model, which ends in probabilities.
        stack: The weights of the K undefended models.
        x: Array `(n, ...)` of reference inputs, the same for all models.
        y: Integer array `(n,)`: their classes.
        seed: Integer, for layers that ask random questions. Defaults to `0`.

    Returns:
        The defended model and the weights of the K defended models.

    Raises:
        ValueError: As for `FittedDefense.fit`.
    """
    outputs = predict(model, stack, layer.queries(x, seed=seed))
    layer.fit(outputs[0], y)
    defended = defend(model, layer)
    fits = [layer.values(answers, y) for answers in outputs]
    values = [np.stack(column) for column in zip(*fits, strict=True)]
    return defended, stack.transfer(defended, Stack(layer.weights, values))


def check_no_member(reference: np.ndarray, x: Any) -> None:
    """Raises `ValueError` if a reference input is among the training inputs `x`."""
    members = _rows(np.asarray(x, reference.dtype))
    shared = sum(row in members for row in _rows(reference))
    if shared:
        raise ValueError(
            "`reference` must hold no training example, for the model answers those "
            f"with more confidence. Received: {shared} inputs that are in `x` too"
        )


def _rows(x: np.ndarray) -> set[bytes]:
    return set(map(bytes, np.ascontiguousarray(x).reshape(len(x), -1)))
