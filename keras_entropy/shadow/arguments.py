"""Checks of the arguments of training and prediction."""

from collections.abc import Mapping

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.models import input_table


def check_compiled(model: keras.Model) -> None:
    """Raise if a model can't be trained by `train` as `fit` would.

    Args:
        model: A Keras model.

    Raises:
        ValueError: If the model is not compiled, has a training step of its own, or
            nothing to train.
    """
    if not getattr(model, "compiled", False) or model.optimizer is None:
        raise ValueError(
            "`model` must be compiled with an optimizer and a loss, because shadow "
            "models are trained by the same recipe; call `model.compile(...)`. "
            f"Received: model={model.name!r}, which is not compiled"
        )
    if type(model).train_step is not keras.Model.train_step:
        raise ValueError(
            "`model` must use the training step of `keras.Model`; its own one can't be "
            "compiled for many models. "
            f"Received: {type(model).__name__} with its own `train_step`"
        )
    if not model.trainable_variables:
        raise ValueError(
            "`model` must have trainable variables. "
            f"Received: model={model.name!r}, whose layers are all frozen"
        )


def checked_inputs(x: Array, models: int, model: keras.Model) -> tuple[Array, bool]:
    """Return the inputs in the model's dtype, and whether each model has its own.

    Those of a model of several inputs, strings or ragged rows are a table, as
    `input_table` says.
    """
    if len(model.outputs) != 1:
        raise ValueError(
            f"`model` must have one output. Received: {len(model.outputs)} outputs"
        )
    if input_table.is_table(model):
        table = input_table.checked_table(model, x)
        if table.ndim == 3 and len(table) != models:
            raise ValueError(
                f"`x` must be a table (N, columns), or ({models}, N, columns) with one "
                f"for each model. Received: shape {table.shape}"
            )
        return table, table.ndim == 3
    expected = model.inputs[0]
    given = np.asarray(x)
    x = given.astype(expected.dtype, copy=False)
    # A larger number would wrap around, and a fraction be cut off.
    if x.dtype.kind in "iu" and not np.array_equal(x, given):
        raise ValueError(
            f"`x` must hold numbers that model inputs of type {x.dtype} can hold. "
            f"Received: x of type {given.dtype}, {given.min()} to {given.max()}"
        )
    shape = tuple(expected.shape[1:])
    own = x.ndim == len(shape) + 2
    found = x.shape[1 + own :]
    fits = x.ndim == len(shape) + 1 + own and all(
        size in (None, given) for size, given in zip(shape, found, strict=True)
    )
    if not fits or (own and len(x) != models):
        raise ValueError(
            f"`x` must have shape (N, *{shape}), or ({models}, N, *{shape}) with "
            f"inputs of its own for each model. Received: shape {x.shape}"
        )
    return x, own


def checked_targets(y: Array, models: int, n: int) -> tuple[Array, bool]:
    """Return the targets as float32 or int32, and whether each model has its own."""
    y = np.asarray(y)
    # Keras computes its losses in float32 on every backend.
    y = y.astype(np.float32 if y.dtype.kind == "f" else np.int32, copy=False)
    if y.ndim >= 1 and len(y) == n:
        return y, False
    if y.shape[:2] == (models, n):
        return y, True
    raise ValueError(
        f"`y` must hold one target for each of the {n} examples of `x`, or have shape "
        f"({models}, {n}, ...). Received: shape {y.shape}"
    )


def example_weights(y: Array, class_weight: Mapping[int, float]) -> Floats:
    """Return the weight of each target's class, float32 in the shape of `y`."""
    classes = np.unique(y)
    missing = sorted(set(classes.tolist()) - set(class_weight))
    if y.dtype != np.int32 or missing:
        raise ValueError(
            "`class_weight` needs targets that are class numbers, and a weight for "
            f"each of them. Received: targets of dtype {y.dtype}, classes without "
            f"weight: {missing}"
        )
    weights = np.array([class_weight[c] for c in classes.tolist()], dtype=np.float32)
    return weights[np.searchsorted(classes, y)]


def checked_rows(rows: Integers, models: int, n: int) -> Integers:
    """Return the rows as an array of integers `(K, m)`."""
    rows = np.asarray(rows)
    fits = rows.ndim == 2 and len(rows) == models and rows.shape[1] > 0
    if not fits or rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n:
        raise ValueError(
            f"`rows` must be integers of shape ({models}, m) between 0 and {n - 1}, "
            "the rows of `x` for each model. Received: "
            f"dtype {rows.dtype}, shape {rows.shape}"
            + (f", {rows.min()} to {rows.max()}" if rows.size else "")
        )
    return rows
