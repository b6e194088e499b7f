"""Inputs as callers hold them: one array, or arrays in the structure a model takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_entropy.examples.arrays_of import array_of
from keras_entropy.examples.arrays_of import columns_of
from keras_entropy.examples.arrays_of import common_type
from keras_entropy.examples.arrays_of import is_frame


def tree_of(x: Any, examples: int, name: str, inputs: Sequence[str]) -> Any:
    """Returns inputs as an array, or as arrays in the structure that they have.

    Args:
        x: As for `keras_entropy.examples.pairs.read_examples`.
        examples: Integer, how many labels there are.
        name: String, how messages name it.
        inputs: Names by which the model takes its inputs: the columns that a pandas
            table is read for, if it has them all.

    Raises:
        TypeError: If it is nothing of this kind.
        ValueError: If a list may be two things, or a value has no exact place.
    """
    if isinstance(x, dict):
        return {
            str(key): tree_of(part, examples, f"{name}/{key}", ())
            for key, part in x.items()
        }
    if is_frame(x):
        return _of_frame(x, name, inputs)
    if isinstance(x, list | tuple) and x and all(hasattr(p, "shape") for p in x):
        return _of_sequence(x, examples, name)
    if isinstance(x, list | tuple) and _is_nested(x, examples):
        return _of_inputs(x, examples, name)
    if isinstance(x, list | tuple) and any(isinstance(part, dict) for part in x):
        raise TypeError(
            f"{name}: expected one dict of arrays, with an entry for each input of the "
            "model. Received: a list of dicts, such as one for each example"
        )
    return array_of(x, name)


def _is_nested(x: Sequence[Any], examples: int) -> bool:
    """Whether these are inputs of the model, and some of them several in turn."""
    if len(x) == examples or not any(isinstance(p, dict | list | tuple) for p in x):
        return False
    leaves = keras.tree.flatten([*x])
    return all(getattr(leaf, "shape", ())[:1] == (examples,) for leaf in leaves)


def _of_frame(frame: Any, name: str, inputs: Sequence[str]) -> Any:
    columns = columns_of(frame, name)
    if inputs and set(inputs) <= set(columns):
        return {each: columns[each] for each in inputs}
    dtype = common_type([*columns.values()]) if columns else None
    if dtype is None:
        return columns
    return np.stack([column.astype(dtype) for column in columns.values()], axis=1)


def _of_sequence(x: Sequence[Any], examples: int, name: str) -> Any:
    """Returns the inputs of a list: one for each example, or one for each input."""
    if not all(len(part.shape) for part in x):  # numbers of NumPy's types
        return array_of(x, name)
    lengths = {len(part) for part in x}
    per_input = lengths == {examples}
    if per_input and len(x) == examples > 1:
        raise ValueError(
            f"{name}: a list of {len(x)} arrays of length {len(x)} may be examples or "
            "inputs of the model. Say which: `numpy.stack(x)` makes one array of "
            "examples, and a dict names inputs"
        )
    if len(x) == examples and not per_input:
        if len({part.shape for part in x}) > 1:
            raise ValueError(
                f"{name}: the examples have different shapes. Pad or crop them to one. "
                f"Received: {sorted({tuple(part.shape) for part in x})[:2]}"
            )
        return np.stack([array_of(part, name) for part in x])
    return _of_inputs(x, examples, name)


def _of_inputs(x: Sequence[Any], examples: int, name: str) -> Any:
    trees = [
        tree_of(part, examples, f"{name}/{place}", ()) for place, part in enumerate(x)
    ]
    return tuple(trees) if isinstance(x, tuple) else trees
