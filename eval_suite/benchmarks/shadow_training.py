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
import dataclasses
import gzip
import pathlib
import statistics
import time
from collections.abc import Callable

import keras
import numpy as np
from sklearn import datasets

from keras_entropy import shadow
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

BATCH_SIZE = 32


@dataclasses.dataclass(frozen=True)
class Case:
    """Models to train.

    Args:
        make_model: Returns a compiled model.
        x: Inputs.
        y: Class numbers.
        plan: The training set of each model.
        epochs: Passes over it.
    """

    make_model: Callable[[], keras.Model]
    x: Array
    y: Integers
    plan: shadow.Plan
    epochs: int


@dataclasses.dataclass(frozen=True)
class Training:
    """Cost and result of a training.

    Args:
        seconds: Seconds of a model by the clock and of the processor.
        member_accuracy: Share of right answers about the models' training sets.
        nonmember_accuracy: Share of right answers about other examples.
    """

    seconds: Floats
    member_accuracy: float
    nonmember_accuracy: float


def mlp(features: int) -> list[keras.layers.Layer]:
    """Return the layers of the study's network."""
    return [
        keras.Input((features,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]


def cnn() -> list[keras.layers.Layer]:
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


def digits() -> tuple[Array, Integers]:
    """Return 1,796 of scikit-learn's digits."""
    x, y = datasets.load_digits(return_X_y=True)
    return (x[:1796] / 16).astype("float32"), y[:1796]


def fashion(folder: str) -> tuple[Array, Integers]:
    """Return 5,000 examples of Fashion-MNIST."""

    def read(name: str, header: int) -> Integers:
        with gzip.open(next(pathlib.Path(folder).rglob(name)), "rb") as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    x = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:5000]
    return (x / 255).astype("float32"), read("train-labels-idx1-ubyte.gz", 8)[:5000]


def compiled(layers: list[keras.layers.Layer]) -> keras.Model:
    """Return a compiled model."""
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    return model


def clocks() -> Floats:
    """Return the seconds of the clock and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def train_by_shadow(case: Case) -> Training:
    """Train all models by `keras_entropy.shadow`, and predict."""
    rows = case.plan.rows()
    seeds = range(len(rows))
    start = clocks()
    model = case.make_model()
    stack = shadow.train(
        model,
        shadow.initialize(model, seeds),
        case.x,
        case.y,
        rows,
        epochs=case.epochs,
        batch_size=BATCH_SIZE,
        seeds=seeds,
    )
    outputs = shadow.predict(model, stack, case.x)
    seconds = (clocks() - start) / len(rows)
    right, members = outputs.argmax(-1) == case.y, case.plan.membership
    return Training(seconds, right[members].mean(), right[~members].mean())


def train_by_fit(case: Case, models: int) -> Training:
    """Train some of the models by `keras.Model.fit`, and predict."""
    start = clocks()
    inside, outside = [], []
    training_sets = zip(case.plan.membership, case.plan.rows(), strict=True)
    for members, row in list(training_sets)[:models]:
        model = case.make_model()
        model.fit(
            case.x[row],
            case.y[row],
            epochs=case.epochs,
            batch_size=BATCH_SIZE,
            verbose=0,
        )
        right = model.predict(case.x, verbose=0).argmax(-1) == case.y
        inside.append(right[members].mean())
        outside.append(right[~members].mean())
    seconds = (clocks() - start) / models
    return Training(seconds, float(np.mean(inside)), float(np.mean(outside)))


def chosen_case(name: str, folder: str, models: int) -> Case:
    """Return what is trained under a name."""
    x, y = fashion(folder) if name == "fashion" else digits()
    return Case(
        make_model=lambda: compiled(cnn() if name == "cnn" else mlp(x.shape[1])),
        x=x,
        y=y,
        plan=shadow.complementary_pairs(len(x), models, seed=0),
        epochs=50 if name == "digits" else 20,
    )


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", choices=("digits", "fashion", "cnn"))
    parser.add_argument("--data", help="folder with the IDX files of Fashion-MNIST")
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--fit-models", type=int, default=2, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.case == "fashion" and options.data is None:
        parser.error("fashion needs --data")
    case = chosen_case(options.case, options.data, options.models)
    header = f"{keras.backend.backend()}, {options.case}, {options.models} models"
    print(f"{header}: s/model (accuracy in, out)")
    cold_ratios: list[Floats] = []
    warm_ratios: list[Floats] = []
    for number in range(options.rounds):
        shadow.clear_programs()
        cold, warm = train_by_shadow(case), train_by_shadow(case)
        fit = train_by_fit(case, options.fit_models)
        cold_ratios.append(fit.seconds / cold.seconds)
        warm_ratios.append(fit.seconds / warm.seconds)
        cells = [
            f"{name} {training.seconds[0]:.3f} "
            f"({training.member_accuracy:.3f}, {training.nonmember_accuracy:.3f})"
            for name, training in (("cold", cold), ("warm", warm), ("fit", fit))
        ]
        print(
            f"round {number + 1}: {'; '.join(cells)}; "
            f"ratio cold {cold_ratios[-1][0]:.1f}, warm {warm_ratios[-1][0]:.1f}",
            flush=True,
        )
    for name, ratios in (("cold", cold_ratios), ("warm", warm_ratios)):
        for index, clock in enumerate(("clock", "processor")):
            values = [float(ratio[index]) for ratio in ratios]
            print(
                f"{name}, {clock}: fit / ours = {statistics.median(values):.1f} "
                f"[{min(values):.1f}-{max(values):.1f}]"
            )


if __name__ == "__main__":
    main()
