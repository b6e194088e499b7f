"""How often the check without a model marks sides that are alike, or shifted."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

import numpy as np

from eval_suite.benchmarks.edges.row import Row
from eval_suite.measurements.column_tests import surest_column
from eval_suite.measurements.exchangeability import COLUMN_LEVEL
from eval_suite.measurements.exchangeability import check_exchangeability
from keras_entropy.arrays import Array
from keras_entropy.numerics.equal_rows import find_equal_rows

_SUBJECT = "confounding check"
_EQUAL = "equal rows"
_CLASSES = 5

Draw = Callable[[np.random.Generator, int], Array]


def rows(runs: int) -> Iterator[Row]:
    """Yields false alarms on sides of one law, power for a shift, refusals of copies.

    Where there are 100 columns of 5,000 examples only the tests of single columns are
    made: the learners beside them can but add marks to shifted sides. The sides of one
    law, on which they could add false alarms, are smaller.

    Args:
        runs: Integer, simulated data sets for each row.
    """
    for name, (draw, sizes) in _LAWS.items():
        marks = sum(_marked(draw, sizes, seed) for seed in range(runs))
        setting = f"{sizes[0]} : {sizes[1]}, {name}, one law"
        yield Row(_SUBJECT, setting, "marked", marks, runs, "<= 0.5 %")
    for columns, count in ((10, 2000), (100, 5000)):
        draw = _normal(columns)
        for shift, what, needed in (
            (0.0, "marked", "<= 0.5 %"),
            (0.2, "power", ">= 90 %"),
        ):
            marks = sum(
                _column_marked(draw, count, seed=seed, shift=shift)
                for seed in range(runs)
            )
            setting = f"{count} : {count}, {columns} columns, {shift} sd in one"
            yield Row(_SUBJECT, setting, what, marks, runs, needed)
    yield from _of_equal_rows(runs)


def _of_equal_rows(runs: int) -> Iterator[Row]:
    sizes = (1000, 300)
    for copied, needed in ((0, "<= 0.5 %"), (300, ">= 95 %")):
        for name, draw in (("table", _table(16)), ("measured", _normal(10))):
            hits = 0
            for seed in range(runs):
                rng = np.random.default_rng(seed)
                first, second = (draw(rng, size) for size in sizes)
                second[:copied] = first[:copied]
                hits += find_equal_rows(first, second).is_copied
            setting = f"1000 : 300, {name}, {copied} copies"
            yield Row(_EQUAL, setting, "refused", hits, runs, needed)


def _marked(draw: Draw, sizes: tuple[int, int], seed: int) -> bool:
    rng = np.random.default_rng(seed)
    sides = [(draw(rng, size), rng.integers(0, _CLASSES, size)) for size in sizes]
    return check_exchangeability(sides[0], sides[1], seed=seed).confounded


def _column_marked(draw: Draw, count: int, *, seed: int, shift: float) -> bool:
    rng = np.random.default_rng(seed)
    x = draw(rng, 2 * count)
    x[:count, 0] += shift
    y = rng.integers(0, _CLASSES, 2 * count)
    test = surest_column(x, y, np.arange(2 * count) < count, level=COLUMN_LEVEL)
    return test is not None and test.differs


def _normal(columns: int) -> Draw:
    return lambda rng, count: rng.normal(size=(count, columns))


def _table(columns: int) -> Draw:
    shares = np.linspace(0.5, 0.95, columns)
    return lambda rng, count: (rng.random((count, columns)) < shares).astype("float32")


def _rare(rng: np.random.Generator, count: int) -> Array:
    return rng.random((count, 100)) < 0.003


def _mixed(rng: np.random.Generator, count: int) -> Array:
    """Draws columns of every kind: a float, counts, a rare event, gaps, a constant."""
    gaps = np.where(rng.random(count) < 0.1, np.nan, rng.normal(size=count))
    return np.column_stack(
        [
            rng.lognormal(sigma=2, size=count),
            rng.poisson(0.7, count),
            rng.integers(0, 4, count),
            rng.random(count) < 0.003,
            gaps,
            np.ones(count),
        ]
    )


_LAWS: dict[str, tuple[Draw, tuple[int, int]]] = {
    "10 normal columns": (_normal(10), (300, 300)),
    "columns of every kind": (_mixed, (1000, 50)),
    "100 rare columns": (_rare, (1000, 50)),
}
