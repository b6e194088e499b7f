"""Reads IDX files, the format that MNIST and its successors are published in."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from keras_entropy.arrays import Array

# Third byte of the header: type of the elements, most significant byte first.
_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_PARTS = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def read_idx(path: Path) -> Array:
    """Returns the array that an IDX file holds, gzipped or not.

    Raises:
        ValueError: If it is no such file or is cut off.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            content = file.read()
    except (OSError, EOFError) as error:
        raise ValueError(f"{path}: can't be read ({error})") from error
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES:
        raise ValueError(f"{path}: not an IDX file. Received: header {content[:4]!r}")
    dtype = np.dtype(_TYPES[content[2]])
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start], ">u4").astype(int)
    expected = start + int(shape.prod()) * dtype.itemsize
    if len(content) != expected:
        raise ValueError(
            f"{path}: expected {expected} bytes for shape {tuple(shape)}. "
            f"Received: {len(content)}"
        )
    return np.frombuffer(content, dtype, offset=start).reshape(shape)


def read_folder(folder: Path) -> tuple[Array, Array, int]:
    """Returns the images and labels of a folder, training set first.

    Args:
        folder: Holds the four files of MNIST under their usual names, or with `.gz`.

    Returns:
        Images `(N, height, width)` uint8, labels `(N,)` int64, and the number of
        training examples.

    Raises:
        ValueError: If a file is missing or no good, or the numbers disagree.
    """
    arrays = []
    for name in _PARTS:
        found = [
            path for path in (folder / name, folder / f"{name}.gz") if path.exists()
        ]
        if not found:
            raise ValueError(
                f"{folder}: no file {name} or {name}.gz. Expected the four files of "
                "MNIST, as Debian's dataset-fashion-mnist installs them"
            )
        arrays.append(read_idx(found[0]))
    train_x, train_y, test_x, test_y = arrays
    for images, labels in ((train_x, train_y), (test_x, test_y)):
        if images.ndim != 3 or labels.shape != images.shape[:1]:
            raise ValueError(
                f"{folder}: expected images (N, height, width) and labels (N,). "
                f"Received: {images.shape} and {labels.shape}"
            )
    images = np.concatenate([train_x, test_x])
    return images, np.concatenate([train_y, test_y]).astype("int64"), len(train_x)
