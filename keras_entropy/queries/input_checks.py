"""Checks of examples, and of the questions that are made of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.labels import class_indices
from keras_entropy.numerics.finite_rows import not_finite

# So many examples tell whether questions and answers are sound, before long work.
FIRST = 32
_NUMBERS = "biuf"
_STRINGS = "US"


def check_examples(
    x: Any, y: Any, name: str = "`x` and `y`", labels_name: str = "y"
) -> tuple[Array, Integers]:
    """Returns inputs `(N, ...)` and labels `(N,)` as arrays.

    Args:
        x: Array.
        y: Labels, as for `class_indices`.
        name: String, how a message names them.
        labels_name: String, how a message names the labels alone.

    Raises:
        TypeError: If the inputs are several arrays, or of a type without neighbors.
        ValueError: If there are none, lengths differ, a number is infinite, or a label
            is no class index.
    """
    if isinstance(x, (dict, list, tuple)) and any(
        np.ndim(part) for part in (x.values() if isinstance(x, dict) else x)
    ):
        raise TypeError(
            f"{name}: the inputs must be one array, since neighbors are made of single "
            "inputs. Wrap a model of several inputs into one that takes them apart. "
            f"Received: {type(x).__name__} of {len(x)} parts"
        )
    x, y = np.asarray(x), class_indices(y, name=labels_name)
    if x.dtype.kind in "Vc":
        raise TypeError(
            f"{name}: the inputs must be numbers, booleans or strings; convert others, "
            f'such as by `x.astype("float32")`. Received: x of dtype {x.dtype}'
        )
    if not x.ndim or y.shape != x.shape[:1] or not len(x):
        raise ValueError(
            f"{name} must hold the same number of inputs and of labels, at least one. "
            f"Received: inputs {x.shape} and labels {y.shape}"
        )
    if x.dtype.kind == "f" and np.isinf(x).any():
        wrong = not_finite(np.where(np.isnan(x), 0, x))
        raise ValueError(f"{name}: the inputs must not be infinite. Received: {wrong}")
    return x, y


def in_type_of_examples(x: Array, others: Any, y: Any) -> tuple[Array, Integers]:
    """Returns reference examples in the type of the examples.

    Args:
        x: Array `(N, ...)` of the examples.
        others: Array `(M, ...)` of inputs.
        y: Integers `(M,)`: their classes.

    Raises:
        TypeError: If they are of another kind.
        ValueError: As for `check_examples`, or if their shape is another, or the type
            of the examples does not hold their values.
    """
    others, y = check_examples(others, y, "`reference`", "reference[1]")
    if others.shape[1:] != x.shape[1:]:
        raise ValueError(
            "Examples and `reference` must be of one shape. Received: examples of "
            f"shape {x.shape[1:]}, reference examples of shape {others.shape[1:]}"
        )
    if others.dtype == x.dtype or (
        others.dtype.kind == x.dtype.kind and x.dtype.kind in _STRINGS
    ):
        return others, y
    if others.dtype.kind not in _NUMBERS or x.dtype.kind not in _NUMBERS:
        raise TypeError(
            "Examples and `reference` must be of one type, as values of the one are "
            f"put into the other. Received: x of dtype {x.dtype} and reference of "
            f"dtype {others.dtype}"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        cast = others.astype(x.dtype)
    exact = x.dtype.kind != "f"
    if _is_infinite(cast) or (exact and (cast != others).any()):
        raise ValueError(
            "`reference` must hold values that the examples' type can hold. Received: "
            f"x of dtype {x.dtype} and reference of dtype {others.dtype} with values "
            f"from {others.min()} to {others.max()}"
        )
    return cast, y


def check_question(question: Any, x: Array, family: str) -> None:
    """Raises unless a question is one array like the examples.

    Args:
        question: What a family made of them.
        x: Array `(N, ...)` of the examples.
        family: Name of the family, or of what made it.

    Raises:
        TypeError: If it is no array or of another type.
        ValueError: If it is of another shape, or infinite, or NaN where no example is.
    """
    if not isinstance(question, np.ndarray):
        raise TypeError(
            f"{family} must return an array of neighbors, one for each example. "
            f"Received: {question!r} of type {type(question).__name__}"
        )
    if question.shape != x.shape:
        raise ValueError(
            f"{family} must return neighbors of the shape of the examples. Received: "
            f"shape {question.shape} for examples of shape {x.shape}"
        )
    of_any_width = question.dtype.kind == x.dtype.kind and x.dtype.kind in _STRINGS
    if question.dtype != x.dtype and not of_any_width:
        raise TypeError(
            f"{family} must return neighbors of the type of the examples. Return "
            f"`neighbors.astype(x.dtype)`. Received: dtype {question.dtype} for "
            f"examples of dtype {x.dtype}"
        )
    wrong = None if has_gaps(x) and not _is_infinite(question) else not_finite(question)
    if wrong is not None:
        raise ValueError(
            f"{family} must return finite neighbors. Received: {wrong}. Look for a "
            "division by zero or an overflow"
        )


def has_gaps(x: Array) -> bool:
    """Whether something is missing in the examples: NaN, as some models take it."""
    return x.dtype.kind == "f" and bool(np.isnan(x).any())


def _is_infinite(x: Array) -> bool:
    return x.dtype.kind == "f" and bool(np.isinf(x).any())
