"""Checks of examples that are handed in: lengths, and that no member is among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_entropy.arrays import Array


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


def check_no_member(reference: Array, x: Any, where: str = "x") -> None:
    """Raises `ValueError` if a reference input is a training input.

    Args:
        reference: Array `(n, ...)`.
        x: Array `(m, ...)` of training inputs.
        where: What the caller calls them. Defaults to `"x"`.
    """
    members = distinct_rows(np.asarray(x, reference.dtype))
    shared = sum(row in members for row in distinct_rows(reference))
    if shared:
        raise ValueError(
            "`reference` must hold no training example: the model answers those "
            "with more confidence, so take them out of it. "
            f"Received: {shared} inputs that are in `{where}` too"
        )


def distinct_rows(x: Array) -> set[bytes]:
    """Returns the distinct examples, as bytes."""
    return set(map(bytes, np.ascontiguousarray(x).reshape(len(x), -1)))
