"""Fitting a defense to a model's answers to reference examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack_prediction import predict


def _as_it_is(x: Array) -> Any:
    return x


def fitted(
    layer: Defense,
    model: keras.Model,
    reference: tuple[Array, Array],
    *,
    members: Array | None = None,
    from_logits: bool = False,
    seed: int = 0,
    inputs: Callable[[Array], Any] = _as_it_is,
) -> Defense:
    """Returns the layer itself, which is fitted to one model now if its kind is.

    Args:
        layer: The defense; one that is no `FittedDefense` is left as it is.
        model: The undefended model.
        reference: Array `(n, ...)` of reference inputs, and integer array `(n,)`:
            their classes.
        members: Array `(m, ...)` of inputs that the model was trained on. Only for
            layers that need them.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        seed: Integer, for layers that ask random questions. Defaults to `0`.
        inputs: Function that makes of such arrays what the model takes. Defaults to
            the arrays.

    Raises:
        ValueError: As for `FittedDefense.fit`.
    """
    if not isinstance(layer, FittedDefense):
        return layer
    x, y = reference
    undefended = probabilities_of(model, from_logits=from_logits)
    asked = inputs(layer.queries(x, seed=seed))
    outputs = undefended.predict(asked, verbose=0)
    if layer.needs_members and members is not None:
        about = undefended.predict(inputs(members), verbose=0)
        return layer.fit(outputs, y, members=about)
    return layer.fit(outputs, y)


def fit_to_stack(
    layer: FittedDefense,
    model: keras.Model,
    stack: Stack,
    x: Array,
    y: Array,
    *,
    members: tuple[Array, Array] | None = None,
    answers: Array | None = None,
    seed: int = 0,
) -> tuple[keras.Model, Stack]:
    """Fits the layer to each of K models.

    Args:
        layer: The defense.
        model: The undefended model, which ends in probabilities.
        stack: The weights of the K undefended models.
        x: Array `(n, ...)` of reference inputs, the same for all models.
        y: Integer array `(n,)`: their classes.
        members: Array `(N, ...)` of inputs, and the rows `(K, m)` of it that each
            model was trained on. Only for layers that need them.
        answers: Array `(n, classes)`: to what all layers are fitted alike, in place of
            each model's answers to `x`. Defaults to `None`: those.
        seed: Integer, for layers that ask random questions. Defaults to `0`.

    Returns:
        The defended model and the weights of the K defended models.

    Raises:
        ValueError: As for `FittedDefense.fit`.
    """
    if answers is None:
        outputs = predict(model, stack, layer.queries(x, seed=seed))
    else:
        outputs = np.broadcast_to(answers, (len(stack), *answers.shape))
    extra: list[dict[str, Array]] = [{} for _ in outputs]
    if layer.needs_members and members is not None:
        inputs, rows = members
        about = predict(model, stack, inputs)
        extra = [{"members": a[r]} for a, r in zip(about, rows, strict=True)]
    layer.fit(outputs[0], y, **extra[0])
    defended = defend(model, layer)
    fits = [layer.values(o, y, **e) for o, e in zip(outputs, extra, strict=True)]
    values = [np.stack(column) for column in zip(*fits, strict=True)]
    return defended, stack.transfer(defended, Stack(layer.weights, values))
