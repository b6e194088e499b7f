"""Labelled examples to play the membership game on."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval_suite.datasets.idx_files import read_folder
from eval_suite.datasets.npz_files import read_arrays
from keras_entropy.arrays import Array
from keras_entropy.numerics.equal_rows import row_bytes
from keras_entropy.numerics.finite_rows import not_finite

if TYPE_CHECKING:
    from keras_entropy.examples.input_form import InputForm

# In no model and never scored: kept for fitted transforms and calibration.
REFERENCE_SHARE = 0.15
KERAS_DATASETS = ("mnist", "fashion_mnist", "cifar10")


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Labelled examples.

    Args:
        name: Short name.
        source: Where the data come from, for people.
        x: Array `(N, ...)`, float32 where it is for the suite's own networks.
        y: Integer array `(N,)` of class indices.
        class_names: One name a class.
        train: Number of leading examples that are the official training set, or `None`
            where there is none.
        form: How `x` is a model's inputs; `None` where it is one array of them.
    """

    name: str
    source: str
    x: Array
    y: Array
    class_names: tuple[str, ...]
    train: int | None = None
    form: InputForm | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the examples in their order, in hexadecimal."""
        digest = hashlib.sha256(repr((self.x.shape, self.x.dtype.str)).encode())
        if self.x.dtype.hasobject:
            for row in row_bytes(self.x):
                digest.update(row)
        else:
            digest.update(np.ascontiguousarray(self.x).data)
        digest.update(np.ascontiguousarray(self.y).data)
        return digest.hexdigest()

    def split(self, seed: int, examples: int) -> tuple[Dataset, Dataset]:
        """Returns the population, of even size, and the reference set.

        Args:
            seed: Integer.
            examples: Integer: if there are more, a random part of this size is used.
        """
        population, reference = self.split_rows(seed, examples)
        return self.rows(population), self.rows(reference)

    def split_rows(self, seed: int, examples: int) -> tuple[Array, Array]:
        """Returns the rows of the two sets of `split`, likewise."""
        order = np.random.default_rng(seed).permutation(len(self.x))[:examples]
        population = int(len(order) * (1 - REFERENCE_SHARE)) // 2 * 2
        return order[:population], order[population:]

    def rows(self, rows: Array) -> Dataset:
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
        x, y = _of_file(Path(name))
        classes = tuple(str(label) for label in range(int(y.max()) + 1))
        return Dataset(Path(name).stem, str(name), x, y, classes)
    raise ValueError(
        f"Unknown dataset {name!r}. Known: digits, {', '.join(KERAS_DATASETS)}, "
        "idx:DIR with the four files of MNIST, or a path ending in .npz with arrays x "
        "and y"
    )


def _of_file(path: Path) -> tuple[Array, Array]:
    """Returns inputs as the suite's own networks read them, and labels."""
    # Only here, as it loads Keras.
    from keras_entropy.examples.pairs import read_examples

    arrays = read_arrays(path, "x", "inputs")
    if "x" not in arrays:
        raise ValueError(
            f"{path}: the study's network reads one array of inputs, x. "
            f"Received: {sorted(arrays)}"
        )
    examples = read_examples((arrays["x"], arrays["y"]), str(path))
    wrong = not_finite(examples.x)
    if wrong is not None or examples.x.dtype.kind not in "biuf":
        raise ValueError(
            f"{path}: x must hold finite numbers. "
            f"Received: {wrong or arrays['x'].dtype}"
        )
    return _in_float32(examples.x, str(path)), examples.y


def _in_float32(x: Array, source: str) -> Array:
    """Returns inputs as the suite's own networks read them, or raises `ValueError`."""
    floats: Array = x.astype("float32")
    if x.dtype.kind in "iu" and (floats.astype("float64") != x).any():
        raise ValueError(
            f"{source}: the study's network reads x in float32, which can't hold these "
            "integers: other examples would become equal. Scale them, or encode ids as "
            f"columns of 0 and 1. Received: dtype={x.dtype}, x from {x.min()} to "
            f"{x.max()}"
        )
    return floats


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


def _images(name: str, source: str, x: Array, y: Array, train: int) -> Dataset:
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
