"""A model's inputs in one table: a row for each example, the inputs side by side.

What trains and asks many models takes rows of one array. A model of one array of
numbers gets them as they are. For all others the array is a table, whose columns are
the inputs in the order of `model.inputs`, and which these tell how to take apart. A
table that holds strings or ragged rows holds text alone: a number as Python writes it,
which is exact, and a ragged row as its values with a mark after each.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Array
from keras_entropy.models import graph

# The unit separator of ASCII: no text that people write has it.
_MARK = "\x1f"


def is_table(model: keras.Model) -> bool:
    """Whether a model takes anything but one array of numbers.

    Args:
        model: A functional or `Sequential` model.
    """
    return len(model.inputs) > 1 or any(map(_is_text, model.inputs))


def checked_table(model: keras.Model, table: Array) -> Array:
    """Returns a table as a model's inputs can be taken from it.

    Args:
        model: A functional or `Sequential` model of which `is_table` holds.
        table: Array `(N, columns)`, or `(K, N, columns)`; of objects where some are
            strings or tuples (ragged rows). Of one input of strings `(N,)` as well.

    Returns:
        Array of numbers or, where any input is text, of strings.

    Raises:
        ValueError: If it has other columns, a number has no exact place in the type
            of its input or on Keras' backend, or a ragged row holds the mark.
    """
    given = np.asarray(table)
    if given.ndim == 1 or (len(model.inputs) == 1 and given.ndim > 3):
        given = given.reshape(len(given), -1)
    if given.ndim not in (2, 3):
        raise ValueError(
            f"`x` must be a table (N, columns) with the inputs of the model, "
            f"{graph.told_inputs(model)}, side by side. Received: shape {given.shape}"
        )
    ends = np.cumsum(_widths(model, given.shape[-1]))[:-1]
    for tensor, columns in zip(
        model.inputs, np.split(given, ends, axis=-1), strict=True
    ):
        _check_integers(tensor, columns)
    if any(map(_is_text, model.inputs)):
        return np.vectorize(_as_text, otypes=[object])(given)
    kept = ops.convert_to_numpy(ops.convert_to_tensor(given[:1])).dtype
    if not np.array_equal(given.astype(kept), given, equal_nan=kept.kind == "f"):
        raise ValueError(
            f"`x` must hold numbers that Keras' backend {keras.backend.backend()!r} "
            f"can hold, as {kept}. Received: a table of {given.dtype}, the common type "
            f"of the inputs {graph.told_inputs(model)}"
        )
    return given


def check_inputs(model: keras.Model, names: Sequence[str], table: Array) -> None:
    """Raises `ValueError` if a model's inputs can't be taken from a table of examples.

    Args:
        model: A functional or `Sequential` model.
        names: The places of the inputs that lie in the table, in their order, such as
            `"age"` in a dict and `"0"` in a list. Empty where it is one array.
        table: Array `(N, ...)`.
    """
    structure = graph.model_inputs(model)
    paths = [path for path, _ in keras.tree.flatten_with_path(structure)]
    own = ["/".join(map(str, path)) for path in paths]
    if len(own) > 1 and [*names] != own:
        raise ValueError(
            "What is trained on must have its inputs in the structure of the model's: "
            f"{graph.told_inputs(model)}, by the names or numbers {', '.join(own)}. "
            f"Received: {', '.join(names) or 'one array'}"
        )
    if is_table(model):
        checked_table(model, table)


def inputs_in(model: keras.Model, x: Any) -> Any:
    """Returns what a model takes, in its structure, from rows of a table.

    Args:
        model: A functional or `Sequential` model.
        x: Tensor of inputs, or where `is_table` holds one `(n, columns)`, of what
            `checked_table` returns.
    """
    structure = graph.model_inputs(model)
    if not is_table(model):
        nested = keras.tree.is_nested(structure)
        return keras.tree.pack_sequence_as(structure, [x]) if nested else x
    ends = [0, *itertools.accumulate(_widths(model, x.shape[-1]))]
    pieces = [
        _taken(tensor, x[:, start:end])
        for tensor, (start, end) in zip(
            model.inputs, itertools.pairwise(ends), strict=True
        )
    ]
    return keras.tree.pack_sequence_as(structure, pieces)


def answers_to(model: keras.Model, x: Array) -> Array:
    """Returns what `model.predict` answers to inputs, or to those in a table.

    Args:
        model: A functional or `Sequential` model.
        x: Array `(N, ...)` of inputs, or a table as for `checked_table`.
    """
    if is_table(model):
        x = inputs_in(model, ops.convert_to_tensor(checked_table(model, x)))
    answers: Array = model.predict(x, verbose=0)
    return answers


def _is_text(tensor: keras.KerasTensor) -> bool:
    return tensor.dtype == "string" or bool(getattr(tensor, "ragged", False))


def _widths(model: keras.Model, columns: int) -> list[int]:
    """Returns how many columns each input has.

    Raises:
        ValueError: If the columns are others, or several inputs do not say how many.
    """
    known = [_width(tensor) for tensor in model.inputs]
    told = f"the model has the inputs {graph.told_inputs(model)}"
    if known.count(None) > 1:
        raise ValueError(
            "At most one input may be of any length where inputs are trained on, as "
            f"they lie side by side in a table: {told}. Give `keras.Input` the lengths"
        )
    rest = columns - sum(width or 0 for width in known)
    widths = [rest if width is None else width for width in known]
    if sum(widths) != columns or min(widths) < 0:
        raise ValueError(
            f"`x` must have the columns of the model's inputs: {told}. "
            f"Received: {columns} columns"
        )
    return widths


def _width(tensor: keras.KerasTensor) -> int | None:
    if getattr(tensor, "ragged", False):
        return 1  # Each row is one cell.
    shape = tensor.shape[1:]
    return None if None in shape else int(np.prod(shape, dtype=int))


def _taken(tensor: keras.KerasTensor, columns: Any) -> Any:
    """Returns one input from its columns."""
    if getattr(tensor, "ragged", False):
        return _ragged(columns[:, 0], tensor.dtype)
    if tensor.dtype != "string":
        columns = _numbers(columns, tensor.dtype)
    shape = [-1 if size is None else size for size in tensor.shape[1:]]
    if shape.count(-1) > 1:
        raise ValueError(
            "An input in a table may be of any length along one axis. "
            f"Received: {tensor.name} of shape {tuple(tensor.shape)}"
        )
    return ops.reshape(columns, (ops.shape(columns)[0], *shape))


def _numbers(values: Any, dtype: str) -> Any:
    if keras.backend.standardize_dtype(values.dtype) != "string":
        return ops.cast(values, dtype)
    import tensorflow as tf

    exact = tf.float64 if "float" in dtype else tf.int64
    return ops.cast(tf.strings.to_number(values, exact), dtype)


def _ragged(cells: Any, dtype: str) -> Any:
    import tensorflow as tf

    # What comes after the last mark is no value.
    values = tf.strings.split(cells, _MARK)[:, :-1]
    if dtype == "string":
        return values
    return values.with_flat_values(_numbers(values.flat_values, dtype))


def _check_integers(tensor: keras.KerasTensor, columns: Array) -> None:
    """Raises `ValueError` if numbers would wrap around, or fractions be cut off."""
    if _is_text(tensor) or not tensor.dtype.startswith(("int", "uint")):
        return
    if columns.dtype == object and isinstance(columns.flat[0], str):
        return  # As this module wrote it.
    numbers = np.asarray(columns.tolist()) if columns.dtype == object else columns
    limits = np.iinfo(tensor.dtype)
    fits = (limits.min <= numbers) & (numbers <= limits.max)
    if not (fits & (numbers == np.floor(numbers))).all():
        raise ValueError(
            f"`x` must hold numbers that model inputs of type {tensor.dtype} can hold. "
            f"Received: {tensor.name} from {numbers.min()} to {numbers.max()}, of type "
            f"{numbers.dtype}"
        )


def _as_text(value: Any) -> str:
    if isinstance(value, tuple):
        values = [_as_text(each) for each in value]
        if any(_MARK in text for text in values):
            raise ValueError(
                f"Strings in ragged rows must not hold {_MARK!r}, by which they are "
                f"kept apart. Received: {value!r:.80}"
            )
        return "".join(text + _MARK for text in values)
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    return repr(int(value) if isinstance(value, bool) else value)
