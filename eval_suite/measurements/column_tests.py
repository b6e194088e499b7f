"""Tests of single columns: does one of them tell members from non-members?

A shift of one column among a hundred is lost in a mixture of all of them. Each column
is tested for its place, and beside that for its spread, its single values and what is
missing, all by the AUC of a rank test in which ties count half.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from scipy import stats

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers

# A smaller difference than half of the gate's margin moves no verdict.
TOLERANCE = 0.005
# A column of so few values is tested for each of them.
_FEW_VALUES = 16
_MOST_CLASSES = 100
# Where examples have more numbers, as images do, so many examples are drawn.
_MOST_NUMBERS = 20_000_000
# With more, the normal law's tail is too short at the levels that are asked here.
_MOST_SKEWNESS = 0.05


@dataclasses.dataclass(frozen=True)
class ColumnTest:
    """What one column tells of membership.

    Args:
        name: What was looked at.
        auc: Float, its AUC, turned to be at least 0.5.
        auc_low: Float, lower end of the interval, simultaneous over all tests.
        auc_high: Float, upper end.
    """

    name: str
    auc: float
    auc_low: float
    auc_high: float

    @property
    def differs(self) -> bool:
        """Whether the AUC is shown to be further from 0.5 than `TOLERANCE`."""
        return self.auc_low > 0.5 + TOLERANCE


def surest_column(
    x: Array | None, y: Integers, member: Booleans, *, level: float, seed: int = 0
) -> ColumnTest | None:
    """Tests each column, and returns the one that is surest to differ.

    Half of the level is for the places of the input columns, half for all other tests,
    so that these cost the first ones little.

    Args:
        x: Array `(n, ...)` of numbers, booleans or strings, NaN allowed, or `None`.
        y: Integers `(n,)`: classes.
        member: Booleans `(n,)`, with both sides present.
        level: Float, the probability that the interval of any of the tests misses.
        seed: Integer: which examples, where all are too many numbers.

    Returns:
        `ColumnTest`, or `None` if nothing varies.
    """
    places: list[_RankTest] = []
    classes = np.unique(y)
    others = [
        _RankTest.of(f"label {label}", y == label, member)
        for label in classes[: _MOST_CLASSES if len(classes) <= _MOST_CLASSES else 0]
    ]
    if x is not None:
        rows = _rows(len(x), x[:1].size, seed)
        inside = member[rows]
        for index in np.ndindex(x.shape[1:]):
            name = f"input [{', '.join(map(str, index))}]"
            column = x[(rows, *index)]
            places.append(_RankTest.of(name, sortable(column), inside))
            others += [
                _RankTest.of(view, values, inside)
                for view, values in _other_views(name, column)
            ]
    # Half each, as there may be a hundred times more of the one.
    found = [
        test.result(level / 2 / len(tests))
        for tests in (places, others)
        for test in tests
        if test.error
    ]
    return max(found, key=lambda test: (test.auc_low, test.auc), default=None)


@dataclasses.dataclass(frozen=True)
class _RankTest:
    """The rank test of one column, with what is known of it if membership is random.

    Args:
        name: What is looked at.
        auc: Float.
        error: Float, the AUC's standard error.
        skewness: Float, the AUC's, without its sign.
        most: Float, the largest deviation of an example's rank.
        variance: Float, of the ranks.
        sizes: Of the smaller side and of the larger.
    """

    name: str
    auc: float
    error: float
    skewness: float
    most: float
    variance: float
    sizes: tuple[int, int]

    @classmethod
    def of(cls, name: str, values: Array, member: Booleans) -> _RankTest:
        _, number, counts = np.unique(values, return_inverse=True, return_counts=True)
        # Ranks in the middle of ties, from their mean.
        ranks = np.cumsum(counts) - (counts + len(values)) / 2
        n = int(member.sum())
        m = len(values) - n
        total = ranks @ np.bincount(number[member], minlength=len(counts))
        variance = float(counts @ ranks**2) / len(values)
        small, large = min(n, m), max(n, m)
        share = small / len(values)
        cubed = float(counts @ ranks**3) / len(values)
        spread = small * (1 - share)
        return cls(
            name=name,
            auc=0.5 + float(total) / n / m,
            error=float(np.sqrt(variance / (n + m - 1) / small * large)) / large,
            skewness=(
                abs((1 - 2 * share) * cubed) / (variance**1.5 * np.sqrt(spread))
                if variance
                else 0.0
            ),
            most=float(abs(ranks).max()),
            variance=variance,
            sizes=(small, large),
        )

    def result(self, level: float) -> ColumnTest:
        """Returns the AUC with an interval that misses with this probability."""
        auc = max(self.auc, 1 - self.auc)
        half = self._half_width(level)
        return ColumnTest(self.name, auc, max(0.0, auc - half), min(1.0, auc + half))

    def _half_width(self, level: float) -> float:
        if self.skewness <= _MOST_SKEWNESS:
            return float(self.error * stats.norm.isf(level / 2))
        # Bernstein's inequality, which holds of draws without replacement too
        # (Hoeffding, 1963): a rare value on a small side is far from normal.
        small, large = self.sizes
        tail = np.log(2 / level) / small
        drift = self.most * tail / 3
        return float(drift + np.sqrt(drift**2 + 2 * self.variance * tail)) / large


def _rows(examples: int, numbers: int, seed: int) -> Integers:
    """Returns all rows, or so many drawn at random that they are not too many."""
    most = max(1, _MOST_NUMBERS // max(1, numbers))
    rows: Integers = np.arange(examples)
    if examples > most:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    return rows


def sortable(column: Array) -> Array:
    """Returns numbers as they are, and of anything else a number for each kind."""
    if column.dtype.kind in "biuf":
        return column
    try:
        return column.astype("float64")
    except (TypeError, ValueError):
        codes: Array = np.unique(column.astype(str), return_inverse=True)[1]
        return codes


def _other_views(name: str, column: Array) -> Iterator[tuple[str, Array]]:
    """Yields what a shift of place does not show: spread, single values, gaps."""
    numbers = sortable(column)
    missing = np.isnan(numbers)
    if missing.any():
        yield f"what is missing in {name}", missing
    values, first = np.unique(numbers, return_index=True)
    if 2 < len(values) <= _FEW_VALUES:
        for value, row in zip(values, first, strict=True):
            yield f"{name} == {column[row]}", numbers == value
    elif len(values) > _FEW_VALUES:
        floats = numbers.astype("float64")
        yield f"the spread of {name}", abs(floats - np.median(floats[~missing]))
