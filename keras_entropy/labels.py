"""Labels as callers have them, and the one form that the package works with.

Every public function that takes labels reads them here, so that none refuses, or
misreads, what another one takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers

_SEVERAL = (
    ". Several labels of an example are audited by "
    "`keras_entropy.attacks.audit_labels` on `model.predict`, and one for each of its "
    "steps by `audit_outputs`"
)
# Class numbers where the number of classes is unknown: more is a mistake, such as ids.
_MOST_CLASSES = 2**31


def class_indices(
    labels: Any, classes: int | None = None, *, name: str = "y"
) -> Integers:
    """Returns labels as class numbers, an int64 vector of their own.

    Args:
        labels: Array `(N,)` or `(N, 1)` of class numbers: integers, booleans, or floats
            with integer values. Or one-hot rows `(N, classes)` of any of these types.
        classes: Integer, the number of classes, at least 2; `None` where it is unknown:
            one-hot rows may then have any number of columns. Defaults to `None`.
        name: String, how a message names them. Defaults to `"y"`.

    Returns:
        Int64 array `(N,)`.

    Raises:
        ValueError: If the shape or type is another, a row is not one-hot (a soft label,
            or several classes), or a label is no class.

    Example:

        >>> class_indices([[1.0], [0.0], [2.0]], 3)
        array([1, 0, 2])
        >>> class_indices([[False, True], [True, False]])
        array([1, 0])
    """
    array = np.asarray(labels)
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"`{name}` must hold class indices, which are numbers. "
            f"Received: {name} of dtype {array.dtype}"
        )
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    elif array.ndim == 2 and array.shape[1] == (classes or array.shape[1]) > 1:
        array = _numbers_of_one_hot(array, name)
    if array.ndim != 1:
        columns = "classes" if classes is None else classes
        raise ValueError(
            f"`{name}` must hold class indices, of shape (N,) or (N, 1), or one-hot "
            f"rows (N, {columns}). Received: {name} of shape {array.shape}"
            f"{_SEVERAL if array.ndim > 1 else ''}"
        )
    wrong = _is_no_class(array, classes or _MOST_CLASSES)
    if wrong.any():
        accepted = "0, 1, 2, ..." if classes is None else f"from 0 to {classes - 1}"
        row = wrong.argmax()
        raise ValueError(
            f"`{name}` must hold integers {accepted}, the number of each example's "
            f"class. Received: {name}[{row}]={array[row]}, of dtype {array.dtype}"
        )
    return array.astype(np.int64)


def _numbers_of_one_hot(rows: Array, name: str) -> Integers:
    one_hot = ((rows == 0) | (rows == 1)).all(axis=1) & (rows.sum(axis=1) == 1)
    if not one_hot.all():
        row = one_hot.argmin()
        raise ValueError(
            f"`{name}` of two dimensions must hold one-hot rows, a single 1 among 0s: "
            "an example has one class, and no soft label. "
            f"Received: {name}[{row}]={rows[row]}{_SEVERAL}"
        )
    return rows.argmax(axis=1)


def _is_no_class(numbers: Array, classes: int) -> Booleans:
    """Returns which numbers are none of `range(classes)`; NaN is none."""
    if numbers.dtype.kind == "b":
        return numbers >= classes
    if numbers.dtype.kind == "f":
        # In float16 a large number of classes is infinite.
        numbers = numbers.astype(np.float64)
    found = (numbers == np.floor(numbers)) & (numbers >= 0) & (numbers < classes)
    return np.logical_not(found)
