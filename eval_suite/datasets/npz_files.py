"""Examples, and outputs, from `.npz` files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from keras_entropy.arrays import UNREADABLE_NPZ
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.labels import class_indices
from keras_entropy.numerics.finite_rows import not_finite


def read_examples(path: Path) -> tuple[Array, Integers]:
    """Returns `x` `(N, ...)` as it is and `y` int64 `(N,)` from an `.npz` file.

    Raises:
        ValueError: If the file is missing or unreadable, an array is missing, not
            numeric, not finite or empty, or the lengths differ.
    """
    return check_examples(*_read(path, "x", "inputs"), str(path))


def read_outputs(path: Path) -> tuple[Array, Array]:
    """Returns `outputs` `(N, C)`, as they are, and `y` int64 `(N,)` from a file.

    Raises:
        ValueError: If the file is missing or unreadable, an array is missing or empty,
            the lengths differ, or a label is no class.
    """
    outputs, y = _read(path, "outputs", "probabilities")
    if outputs.ndim == 1:
        outputs = outputs[:, None]
    if outputs.ndim != 2 or y.shape[:1] != outputs.shape[:1] or not len(y):
        raise ValueError(
            f"{path}: expected outputs of shape (N, C) and N labels y, N at least 1. "
            f"Received: outputs {outputs.shape}, y {y.shape}"
        )
    return outputs, _labels(y, str(path), max(2, outputs.shape[1]))


def _read(path: Path, name: str, contents: str) -> tuple[Array, Array]:
    """Returns the array called `name` and `y`; `contents` is an example of the first.

    Raises:
        ValueError: If the file is missing or unreadable, or an array is missing.
    """
    if not path.is_file():
        raise ValueError(
            f"{path}: no such file. Expected an .npz file with {name} and y"
        )
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {key: arrays[key] for key in arrays.files}
    except UNREADABLE_NPZ as error:
        raise ValueError(
            f"{path}: not a readable .npz file ({error}). "
            f"Write it by `numpy.savez(path, {name}={contents}, y=labels)`"
        ) from error
    if not {name, "y"} <= set(found):
        raise ValueError(
            f"{path}: expected arrays named {name} and y. Received: {sorted(found)}"
        )
    return found[name], found["y"]


def check_examples(x: Array, y: Array, source: str) -> tuple[Array, Integers]:
    """Returns `x` `(N, ...)` as it is and `y` int64 `(N,)`.

    What a model reads is for the model to say: float32 holds no integer above 2**24, so
    that ids or times would become equal.

    Args:
        x: Array of inputs.
        y: Labels, as for `keras_entropy.labels.class_indices`.
        source: Where they come from, for messages.

    Raises:
        ValueError: If the inputs are not numeric, not finite or empty, the lengths
            differ, or a label is no class.
    """
    if x.ndim < 2 or y.shape[:1] != x.shape[:1] or not len(x):
        raise ValueError(
            f"{source}: expected x of shape (N, ...) and N labels y, N at least 1. "
            f"Received: x {x.shape}, y {y.shape}"
        )
    if x.dtype.kind not in "biuf":
        raise ValueError(
            f"{source}: x must hold finite numbers. Received: dtype={x.dtype}"
        )
    wrong = not_finite(x)
    if wrong is not None:
        raise ValueError(f"{source}: x must hold finite numbers. Received: {wrong}")
    return x, _labels(y, source)


def _labels(y: Array, source: str, classes: int | None = None) -> Integers:
    try:
        return class_indices(y, classes)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
