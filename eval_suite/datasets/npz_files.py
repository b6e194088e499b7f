"""Arrays from `.npz` files. It loads no Keras."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from keras_entropy.arrays import UNREADABLE_NPZ
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.labels import class_indices


def read_outputs(path: Path) -> tuple[Array, Array]:
    """Returns `outputs` `(N, C)`, as they are, and `y` int64 `(N,)` from a file.

    Raises:
        ValueError: If the file is missing or unreadable, an array is missing or empty,
            the lengths differ, or a label is no class.
    """
    found = read_arrays(path, "outputs", "probabilities")
    if "outputs" not in found:
        raise ValueError(
            f"{path}: expected arrays named outputs and y. Received: {sorted(found)}"
        )
    outputs, y = found["outputs"], found["y"]
    if outputs.ndim == 1:
        outputs = outputs[:, None]
    if outputs.ndim != 2 or y.shape[:1] != outputs.shape[:1] or not len(y):
        raise ValueError(
            f"{path}: expected outputs of shape (N, C) and N labels y, N at least 1. "
            f"Received: outputs {outputs.shape}, y {y.shape}"
        )
    return outputs, _labels(y, str(path), max(2, outputs.shape[1]))


def read_arrays(path: Path, name: str, contents: str) -> dict[str, Array]:
    """Returns the arrays of a file, of which one is `y`.

    Args:
        path: Of the file.
        name: String, the other array that it should have, or `name/PART` several.
        contents: String, an example of this one, for a message.

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
    parts = [key for key in found if key == name or key.startswith(f"{name}/")]
    if "y" not in found or not parts or (name in parts and len(parts) > 1):
        raise ValueError(
            f"{path}: expected arrays named {name} and y. Received: {sorted(found)}"
        )
    return found


def _labels(y: Array, source: str, classes: int) -> Integers:
    try:
        return class_indices(y, classes)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
