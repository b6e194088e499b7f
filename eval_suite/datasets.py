"""Labelled examples to play the membership game on."""

from __future__ import annotations

import dataclasses
import hashlib
import zipfile
from pathlib import Path

import numpy as np

from eval_suite.idx import read_folder

# In no model and never scored: kept for fitted transforms and calibration.
REFERENCE_SHARE = 0.15
KERAS_DATASETS = ("mnist", "fashion_mnist", "cifar10")


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Labelled examples.

    Args:
        name: Short name.
        source: Where the data come from, for people.
        x: float32 array `(N, ...)`.
        y: Integer array `(N,)` of class indices.
        class_names: One name a class.
        train: Number of leading examples that are the official training set, or `None`
            where there is none.
    """

    name: str
    source: str
    x: np.ndarray
    y: np.ndarray
    class_names: tuple[str, ...]
    train: int | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the examples in their order, in hexadecimal."""
        digest = hashlib.sha256(repr((self.x.shape, self.x.dtype.str)).encode())
        digest.update(np.ascontiguousarray(self.x))
        digest.update(np.ascontiguousarray(self.y))
        return digest.hexdigest()

    def split(self, seed: int, examples: int) -> tuple[Dataset, Dataset]:
        """Returns the population, of even size, and the reference set.

        Args:
            seed: Integer.
            examples: Integer: if there are more, a random part of this size is used.
        """
        population, reference = self.split_rows(seed, examples)
        return self.rows(population), self.rows(reference)

    def split_rows(self, seed: int, examples: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the rows of the two sets of `split`, likewise."""
        order = np.random.default_rng(seed).permutation(len(self.x))[:examples]
        population = int(len(order) * (1 - REFERENCE_SHARE)) // 2 * 2
        return order[:population], order[population:]

    def rows(self, rows: np.ndarray) -> Dataset:
        return dataclasses.replace(self, x=self.x[rows], y=self.y[rows], train=None)


def load(name: str) -> Dataset:
    """Returns a dataset by the name given on the command line.

    Args:
        name: `"digits"`; one of Keras' `"mnist"`, `"fashion_mnist"`, `"cifar10"`, which
            are downloaded once; `"idx:DIR"` for a folder with the four files of MNIST;
            or the path of an `.npz` file with arrays `x` `(N, ...)` and `y` `(N,)`.

    Raises:
        ValueError: If the name is unknown, the data can't be downloaded, or a file
            can't be read or is no such file.
    """
    if name == "digits":
        return _digits()
    if name in KERAS_DATASETS:
        return _keras(name)
    if name.startswith("idx:"):
        folder = Path(name.removeprefix("idx:"))
        x, y, train = read_folder(folder)
        return _images(folder.name, f"IDX files in {folder}", x, y, train)
    if name.endswith(".npz"):
        x, y = read_examples(Path(name))
        classes = tuple(str(label) for label in range(int(y.max()) + 1))
        return Dataset(Path(name).stem, str(name), x, y, classes)
    raise ValueError(
        f"Unknown dataset {name!r}. Known: digits, {', '.join(KERAS_DATASETS)}, "
        "idx:DIR with the four files of MNIST, or a path ending in .npz with arrays x "
        "and y"
    )


def _keras(name: str) -> Dataset:
    import keras

    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises bare exceptions for a failed download
        raise ValueError(
            f"Dataset {name!r} could not be downloaded ({error}). It is kept under "
            "KERAS_HOME once it was; without internet use digits, idx:DIR or an .npz "
            "file"
        ) from error
    x, y = (np.concatenate([a, b]) for a, b in zip(train, test, strict=True))
    return _images(name, f"keras.datasets.{name}", x, y.reshape(-1), len(train[0]))


def _images(
    name: str, source: str, x: np.ndarray, y: np.ndarray, train: int
) -> Dataset:
    """Returns 8-bit images as float32, with mean 0 and variance 1 in training."""
    x = x.astype("float32") / 255
    x = (x - x[:train].mean()) / x[:train].std()
    classes = tuple(str(label) for label in range(int(y.max()) + 1))
    return Dataset(name, source, x, y.astype("int64"), classes, train)


def _digits() -> Dataset:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Dataset(
        name="digits",
        source="scikit-learn's bundled 8x8 handwritten digits (UCI)",
        x=(bunch.data / 16).astype("float32"),
        y=bunch.target.astype("int64"),
        class_names=tuple(str(name) for name in bunch.target_names),
    )


def read_examples(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Returns `x` float32 `(N, ...)` and `y` int64 `(N,)` from an `.npz` file.

    Raises:
        ValueError: If the file is missing or unreadable, an array is missing, not
            numeric, not finite or empty, or the lengths differ.
    """
    if not path.is_file():
        raise ValueError(f"{path}: no such file. Expected an .npz file with x and y")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {key: arrays[key] for key in arrays.files}
    except (ValueError, OSError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path}: not a readable .npz file ({error}). "
            "Write it by `numpy.savez(path, x=inputs, y=labels)`"
        ) from error
    if not {"x", "y"} <= set(found):
        raise ValueError(
            f"{path}: expected arrays named x and y. Received: {sorted(found)}"
        )
    return check_examples(found["x"], found["y"], str(path))


def check_examples(
    x: np.ndarray, y: np.ndarray, source: str
) -> tuple[np.ndarray, np.ndarray]:
    """Returns `x` float32 `(N, ...)` and `y` int64 `(N,)`.

    Args:
        x: Array of inputs.
        y: Array of class indices.
        source: Where they come from, for messages.

    Raises:
        ValueError: If an array is not numeric, not finite or empty, or the lengths
            differ.
    """
    if x.ndim < 2 or y.ndim != 1 or len(x) != len(y) or not len(x):
        raise ValueError(
            f"{source}: expected x of shape (N, ...) and y of shape (N,), N at least "
            f"1. Received: x {x.shape}, y {y.shape}"
        )
    for key, array in (("x", x), ("y", y)):
        if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
            raise ValueError(
                f"{source}: {key} must hold finite numbers. "
                f"Received: dtype={array.dtype}, or NaN or infinity within"
            )
    if (y != y.astype("int64")).any() or y.min() < 0:
        raise ValueError(
            f"{source}: y must hold class indices 0, 1, 2, ... "
            f"Received: values from {y.min()} to {y.max()}"
        )
    return x.astype("float32"), y.astype("int64")
