"""Trains two classifiers of a small project, and saves each with its examples.

`first` is trained as it should be, `leaky` longer on fewer examples.
"""

from pathlib import Path

import keras
import numpy as np
from sklearn import datasets


def examples() -> tuple[np.ndarray, np.ndarray]:
    """Return 4,000 examples of four classes, a tenth of them mislabelled."""
    x, y = datasets.make_classification(
        4_000,
        n_features=30,
        n_informative=12,
        n_classes=4,
        flip_y=0.1,
        random_state=0,
    )
    return x.astype("float32"), y


def train(folder: Path, count: int, epochs: int) -> None:
    """Train, and save `model.keras`, `members.npz` and `nonmembers.npz`."""
    keras.utils.set_random_seed(0)
    x, y = examples()
    model = keras.Sequential(
        [
            keras.Input((30,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    members = slice(0, count)
    model.fit(x[members], y[members], epochs=epochs, verbose=0)

    folder.mkdir()
    model.save(folder / "model.keras")
    np.savez(folder / "members.npz", x=x[members], y=y[members])
    np.savez(folder / "nonmembers.npz", x=x[-2_000:], y=y[-2_000:])


if __name__ == "__main__":
    train(Path("first"), 1_500, 10)
    train(Path("leaky"), 500, 120)
