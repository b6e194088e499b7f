"""Trains the classifier of a small project, and saves it with its examples.

python train.py FOLDER [--members 3000] [--epochs 10]
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from sklearn import datasets


def examples() -> tuple[np.ndarray, np.ndarray]:
    """Return 8,000 examples of four classes, a tenth of them mislabelled."""
    x, y = datasets.make_classification(
        8_000,
        n_features=30,
        n_informative=12,
        n_classes=4,
        flip_y=0.1,
        random_state=0,
    )
    return x.astype("float32"), y


def main() -> None:
    """Train, and save `model.keras`, `members.npz` and `nonmembers.npz`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--members", type=int, default=3_000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    keras.utils.set_random_seed(options.seed)
    x, y = examples()
    model = keras.Sequential(
        [
            keras.Input((30,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    members = slice(0, options.members)
    model.fit(x[members], y[members], epochs=options.epochs, verbose=0)

    options.folder.mkdir(parents=True, exist_ok=True)
    model.save(options.folder / "model.keras")
    np.savez(options.folder / "members.npz", x=x[members], y=y[members])
    np.savez(options.folder / "nonmembers.npz", x=x[-4_000:], y=y[-4_000:])


if __name__ == "__main__":
    main()
