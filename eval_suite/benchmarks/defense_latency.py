"""Cost of the study's output transforms, as ratios of processor time in one process.

Two comparisons, timed in turn with one thread: the defended model over the
undefended one, compiled, for the study's network on images of 28 x 28 (Fashion-MNIST)
and on scikit-learn's 8 x 8 digits; and the layer alone over the study's way, the same
mathematics for one example after the other with SciPy and EMD-signal.

    python eval_suite/benchmarks/defense_latency.py --data FOLDER-WITH-IDX-FILES
    python eval_suite/benchmarks/defense_latency.py   # digits only
"""

import argparse
import functools
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import PyEMD
import scipy.interpolate
import tensorflow as tf

from eval_suite.datasets.datasets import load
from eval_suite.subjects.study_network import study_mlp
from keras_entropy import catalog
from keras_entropy import defend
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.search.call_times import times_in_turn

NAMES = ("M-1", "M-2", "M-3", "M-4", "M-5", "M-6", "M-18", "M-19")


def spline(row: Floats) -> tuple[Floats, Floats]:
    """Return the study's grid and the spline of one row on it."""
    classes = len(row)
    grid = np.linspace(0, classes, 3 * classes)
    knots = np.linspace(0, classes, classes)
    return grid, scipy.interpolate.CubicSpline(knots, row)(grid)


def spline_dmd(row: Floats) -> Floats:
    """Return M-1's values as the study computes them."""
    data = np.stack(spline(row), axis=1)
    left, singular, right = np.linalg.svd(data, full_matrices=False)
    reduced = left.T @ data @ right.T @ np.diag(1 / singular)
    return (left @ reduced @ left.T @ data)[0::3, 1]


def koopman_gaussian(row: Floats) -> Floats:
    """Return M-2's values as the study computes them."""
    grid, values = spline(row)
    centers = np.arange(len(row) + 1)[:, None]
    before = np.exp(-((grid - centers) ** 2) / 2)
    after = np.exp(-((values - centers) ** 2) / 2)
    return (after @ np.linalg.pinv(before) @ before)[1, 0::3]


def first_imf(row: Floats) -> Floats:
    """Return M-3's values as the study computes them."""
    grid, values = spline(row)
    with np.errstate(divide="ignore", invalid="ignore"):
        return PyEMD.EMD()(values, grid)[0][0::3]


STUDY = {"M-1": spline_dmd, "M-2": koopman_gaussian, "M-3": first_imf}


def compiled(
    call: Callable[[Any], object], x: Array, xla: bool
) -> Callable[[], object]:
    """Return a call of no arguments."""
    tensor = tf.constant(x)
    function = tf.function(call, jit_compile=xla, autograph=False)
    concrete = function.get_concrete_function(tf.TensorSpec(tensor.shape, tensor.dtype))
    return lambda: concrete(tensor)


def ratio(
    one: Callable[[], object], other: Callable[[], object], rounds: int, repeats: int
) -> float:
    """Return the median ratio of two calls' times."""
    for call in (one, other):
        for _ in range(5):  # warms up
            call()
    times = times_in_turn(
        one, other, rounds=rounds, repeats=repeats, processor_time=True
    )
    return float(np.median(times[:, 0] / times[:, 1]))


def trained_models(folder: str | None) -> Iterator[tuple[str, keras.Model, Array]]:
    """Yield name, the study's network as trained on it, and images."""
    names = ["digits"] if folder is None else [f"idx:{folder}", "digits"]
    for name in names:
        dataset = load(name)
        images, labels = dataset.x[:10_000], dataset.y[:10_000]
        model = study_mlp(images.shape[1:], 10)
        model.fit(images, labels, epochs=20, batch_size=32, verbose=0)
        yield dataset.name, model, images


def compare_models(
    defended: keras.Model, model: keras.Model, images: Array, rounds: int
) -> Iterator[float]:
    """Yield the defended model's time over the undefended one's, as printed above."""
    for xla in (False, True):
        for batch, repeats in ((1, 200), (256, 20)):
            one, other = (
                compiled(functools.partial(m, training=False), images[:batch], xla)
                for m in (defended, model)
            )
            yield ratio(one, other, rounds, repeats)


def compare_ways(
    function: Callable[[Floats], Floats],
    layer: keras.layers.Layer,
    rows: Floats,
    rounds: int,
) -> Iterator[float]:
    """Yield the time of the study's way over the layer's: as a graph, with XLA."""

    def one_by_one() -> None:
        for row in rows.astype("float64"):
            function(row)

    for xla in (False, True):
        yield ratio(one_by_one, compiled(layer, rows, xla), max(3, rounds // 5), 1)


def print_row(name: str, figures: Iterable[float], decimals: int) -> None:
    """Print a row of the table."""
    print(f"{name:5}", *(f"{x:8.{decimals}f}" for x in figures), flush=True)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--data", help="folder with the IDX files of Fashion-MNIST")
    options = parser.parse_args()
    rounds = options.rounds
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for network, model, images in trained_models(options.data):
        print(f"{network}, {images[0].size} inputs: defended over undefended")
        print("      batch 1, batch 256; with XLA: batch 1, batch 256")
        defended = {n: defend(model, catalog.get(n).create(seed=0)) for n in NAMES}
        for name in ("A/A", *NAMES):
            figures = compare_models(defended.get(name, model), model, images, rounds)
            print_row(name, list(figures), decimals=2)

    print("the study's way over the layer, an example, batch 256: graph, XLA")
    rows = model.predict(images[:256], verbose=0)
    for name, function in STUDY.items():
        layer = defended[name].layers[-1]
        figures = compare_ways(function, layer, rows, rounds)
        print_row(name, list(figures), decimals=0)


if __name__ == "__main__":
    main()
