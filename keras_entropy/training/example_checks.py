"""Checks of examples that are handed in: lengths, and that no member is among them."""

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
