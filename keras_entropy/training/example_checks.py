"""Checks of examples that are handed in: labels, and that no member is among them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.numerics.equal_rows import BEYOND_REPEATS
from keras_entropy.numerics.equal_rows import REPEATS_LET_EXPECT
from keras_entropy.numerics.equal_rows import find_equal_rows


def check_lengths(x: Array, labels: Array, where: str = "`x` and `y`") -> None:
    """Raises `ValueError` if there is no example, or a label or an input too many.

    Args:
        x: Array `(n, ...)` of inputs.
        labels: Array `(n,)`.
        where: What the caller calls them. Defaults to "`x` and `y`".
    """
    if len(x) != len(labels) or not len(x):
        raise ValueError(
            f"{where} must hold the same number of inputs and labels, at least one. "
            f"Received: {len(x)} inputs and {len(labels)} labels"
        )


def class_indices(labels: Any, classes: int) -> Integers:
    """Returns labels as integers `(N,)`, from integers or one-hot rows.

    Raises:
        ValueError: If a label is no class of `range(classes)`.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "biuf":
        raise ValueError(
            "`y` must hold class indices, which are numbers. "
            f"Received: y of dtype {labels.dtype}"
        )
    if labels.ndim == 2 and labels.shape[1] == classes > 1:
        one_hot = np.isin(labels, (0, 1)).all(axis=1) & (labels.sum(axis=1) == 1)
        if not one_hot.all():
            raise ValueError(
                "`y` of two dimensions must hold one-hot rows. "
                f"Received: y[{one_hot.argmin()}]={labels[one_hot.argmin()]}"
            )
        labels = labels.argmax(axis=1)
    elif labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise ValueError(
            f"`y` must be class indices of shape (N,) or one-hot rows "
            f"(N, {classes}). Received: y of shape {labels.shape}"
        )
    wrong = ~np.isin(labels, np.arange(classes))
    if wrong.any():
        raise ValueError(
            f"`y` must hold integers from 0 to {classes - 1}, one for each of the "
            f"model's {classes} outputs. "
            f"Received: y[{wrong.argmax()}]={labels[wrong.argmax()]}"
        )
    return labels.astype("int64")


def check_no_member(
    reference: Array,
    x: Any,
    where: str = "x",
    labels: tuple[Integers, Integers] | None = None,
) -> None:
    """Raises `ValueError` if reference inputs are copies of training inputs.

    Args:
        reference: Array `(n, ...)`.
        x: Array `(m, ...)` of training inputs.
        where: What the caller calls them. Defaults to `"x"`.
        labels: Classes of both, where they are known. Defaults to `None`.

    Warns:
        UserWarning: If inputs are equal, and no more of them than the repeats within
            each set let expect, as in a table.
    """
    found = find_equal_rows(reference, np.asarray(x), labels)
    told = found.told("reference examples", f"examples of `{where}`")
    if found.is_copied:
        raise ValueError(
            "`reference` must hold no training example: the model answers those "
            "with more confidence, so take them out of it. "
            f"Received: {told}, {BEYOND_REPEATS}"
        )
    if any(found.inputs):
        warnings.warn(
            f"{told}: no more than {REPEATS_LET_EXPECT}, so they are kept",
            stacklevel=2,
        )
