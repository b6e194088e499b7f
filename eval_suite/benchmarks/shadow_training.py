"""Shadow models trained by `keras_entropy.shadow` against `keras.Model.fit`.

Both train the same models on the same halves with the same settings, in alternating
rounds of one process; what is printed are ratios of the time per model, by the clock
and, for a machine that others use too, of processor time. `cold` includes the
compilation, as in the first call of a session; `warm` is any later call. `fit` is
called as users call it, on a model that is built anew for every shadow.

    python eval_suite/benchmarks/shadow_training.py digits
    python eval_suite/benchmarks/shadow_training.py fashion --data FOLDER-WITH-IDX-FILES
    python eval_suite/benchmarks/shadow_training.py cnn
"""

import argparse
import gzip
import pathlib
import statistics
import time

import keras
import numpy as np
from sklearn import datasets

from keras_entropy import shadow
from keras_entropy.shadow.backends import engine


def mlp(features):
    """Return the layers of the study's network."""
    return [
        keras.Input((features,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]


def cnn():
    """Return the layers of a small convolutional network for digits."""
    return [
        keras.Input((64,)),
        keras.layers.Reshape((8, 8, 1)),
        keras.layers.Conv2D(16, 3, padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(32, 3, padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, activation="softmax"),
    ]


def digits():
    """Return 1,796 of scikit-learn's digits."""
    x, y = datasets.load_digits(return_X_y=True)
    return (x[:1796] / 16).astype("float32"), y[:1796]


def fashion(folder):
    """Return 5,000 examples of Fashion-MNIST."""

    def read(name, header):
        with gzip.open(next(pathlib.Path(folder).rglob(name)), "rb") as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    x = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:5000]
    return (x / 255).astype("float32"), read("train-labels-idx1-ubyte.gz", 8)[:5000]


def compiled(layers):
    """Return a compiled model."""
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    return model


def main():
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", choices=("digits", "fashion", "cnn"))
    parser.add_argument("--data", help="folder with the IDX files of Fashion-MNIST")
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--fit-models", type=int, default=2, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    x, y = fashion(options.data) if options.case == "fashion" else digits()
    layers = cnn if options.case == "cnn" else lambda: mlp(x.shape[1])
    epochs = 50 if options.case == "digits" else 20
    plan = shadow.complementary_pairs(len(x), options.models, seed=0)
    rows, seeds = plan.rows(), range(options.models)

    def clocks():
        return np.array([time.perf_counter(), time.process_time()])

    def ours():
        start = clocks()
        model = compiled(layers())
        stack = shadow.train(
            model,
            shadow.initialize(model, seeds),
            x,
            y,
            rows,
            epochs=epochs,
            batch_size=32,
            seeds=seeds,
        )
        outputs = shadow.predict(model, stack, x)
        seconds = (clocks() - start) / options.models
        right = outputs.argmax(-1) == y
        return seconds, right[plan.membership].mean(), right[~plan.membership].mean()

    def fit():
        start = clocks()
        inside, outside = [], []
        for members, row in list(zip(plan.membership, rows, strict=True))[
            : options.fit_models
        ]:
            model = compiled(layers())
            model.fit(x[row], y[row], epochs=epochs, batch_size=32, verbose=0)
            right = model.predict(x, verbose=0).argmax(-1) == y
            inside.append(right[members].mean())
            outside.append(right[~members].mean())
        seconds = (clocks() - start) / options.fit_models
        return seconds, np.mean(inside), np.mean(outside)

    header = f"{keras.backend.backend()}, {options.case}, {options.models} models"
    print(f"{header}: s/model (accuracy in, out)")
    cold_ratios, warm_ratios = [], []
    for number in range(options.rounds):
        engine.clear()
        cold, warm, kerass = ours(), ours(), fit()
        cold_ratios.append(kerass[0] / cold[0])
        warm_ratios.append(kerass[0] / warm[0])
        cells = [
            f"{name} {s[0]:.3f} ({a:.3f}, {b:.3f})"
            for name, (s, a, b) in (("cold", cold), ("warm", warm), ("fit", kerass))
        ]
        print(
            f"round {number + 1}: {'; '.join(cells)}; "
            f"ratio cold {cold_ratios[-1][0]:.1f}, warm {warm_ratios[-1][0]:.1f}",
            flush=True,
        )
    for name, ratios in (("cold", cold_ratios), ("warm", warm_ratios)):
        for number, clock in enumerate(("clock", "processor")):
            values = [ratio[number] for ratio in ratios]
            print(
                f"{name}, {clock}: fit / ours = {statistics.median(values):.1f} "
                f"[{min(values):.1f}-{max(values):.1f}]"
            )


if __name__ == "__main__":
    main()
