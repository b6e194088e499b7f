"""Examples of two sets that are equal, and whether they were copied.

In a table people may well have equal features: then two draws from one distribution
share rows, and a model answers both alike. In a set of measured values no two rows are
equal, unless one is a copy of the other. What tells the two apart is how often rows
repeat *within* a set: by that much they may repeat across.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

# Of the smaller set. With fewer copies an AUC keeps 95 % of its distance from 0.5.
MOST_COPIES = 0.05
# A chance of one in 30,000.
_STANDARD_ERRORS = 4.0
_CHANCE = 1e-4
_NUMBERS = "biuf"
# How a message goes on about equal rows, those that are copied and those that are not.
BEYOND_REPEATS = (
    "far more than the repeats within each set explain. If repeated rows were dropped "
    "from each set by itself, give the rows as they were drawn"
)
REPEATS_LET_EXPECT = "the repeats within each set let expect, or few"


@dataclasses.dataclass(frozen=True)
class EqualRows:
    """How many examples of two sets are equal.

    Args:
        sizes: Numbers of examples, of the first set and of the second.
        inputs: How many examples of each have the input of one of the other set.
        examples: How many have its label too; `None` without labels.
        copies: Float, an estimate of how many examples of the smaller set are copies,
            as the repeats within a set don't explain them. Below 0 by chance.
        is_copied: Boolean, whether one set holds copies of the other.
    """

    sizes: tuple[int, int]
    inputs: tuple[int, int]
    examples: tuple[int, int] | None
    copies: float
    is_copied: bool

    def told(self, first: str, second: str) -> str:
        """Returns in words how many examples are equal.

        Args:
            first: Name of the first set, in the plural.
            second: Name of the second.
        """
        (n, m), (a, b) = self.sizes, self.inputs
        text = (
            f"{a} of {n} {first} and {b} of {m} {second} have an input that the other "
            "side has too"
        )
        if self.examples is None:
            return text
        return f"{text} ({self.examples[0]} and {self.examples[1]} with its label)"


def find_equal_rows(
    first: Array, second: Array, labels: tuple[Integers, Integers] | None = None
) -> EqualRows:
    """Compares the inputs of two sets by their values, whatever types hold them.

    Where one set is in a narrower type of floats the other is rounded to it: the same
    rows in float32 and in float64 are equal.

    One set holds copies of the other where every input of the smaller one is in the
    other and none repeats within a set; where both hold the same inputs equally often,
    and chance would not do that; or where `copies` are more than 5 % of the smaller
    set, and more than chance gives if the examples are dealt to the sets at random.

    Args:
        first: Array `(n, ...)` of numbers, booleans, strings or objects.
        second: Array `(m, ...)`.
        labels: Classes `(n,)` and `(m,)`, or `None`.
    """
    sides = [_hashes(row_bytes(side)) for side in _rounded_alike(first, second)]
    n, m = len(sides[0]), len(sides[1])
    rows = np.unique(np.concatenate(sides), return_inverse=True)[1]
    inside, outside = _counts(rows, n)
    examples = None
    if labels is not None:
        y = np.concatenate(labels)
        examples = _on_both_sides(*_counts(rows * (int(y.max()) + 1) + y, n))
    copies, error = _copies(inside, outside)
    beyond_chance = copies - _STANDARD_ERRORS * error > 0
    return EqualRows(
        sizes=(n, m),
        inputs=_on_both_sides(inside, outside),
        examples=examples,
        copies=copies,
        is_copied=bool(
            _is_contained(inside, outside)
            or _is_dealt_evenly(inside, outside)
            or (beyond_chance and copies > MOST_COPIES * min(n, m))
        ),
    )


def row_bytes(x: Array) -> Iterator[bytes]:
    """Yields for each input bytes that tell its values, and nothing of their type.

    A row is told in float32 if that holds it, else in float64, or else, if these are
    integers, in two halves of 32 bits.

    Args:
        x: Array `(n, ...)`.
    """
    x = np.ascontiguousarray(x).reshape(len(x), -1)
    if x.dtype.kind not in _NUMBERS:
        for row in x.tolist():
            yield repr([_text(value) for value in row]).encode("utf-8", "replace")
        return
    forms = [_in_floats(x, "float32"), _in_floats(x, "float64")]
    if x.dtype.kind in "iu" and x.dtype.itemsize == 8:
        halves = np.concatenate([x >> 32, x & 0xFFFFFFFF], axis=1).astype("int64")
        forms.append((halves, np.ones(len(x), bool)))
    # The first form that holds a row; of floats that are NaN, the last.
    which = np.argmax([holds for _, holds in forms], axis=0)
    which[~np.any([holds for _, holds in forms], axis=0)] = len(forms) - 1
    for row, form in enumerate(which.tolist()):
        yield forms[form][0][row].tobytes()


def _in_floats(x: Array, dtype: str) -> tuple[Array, Booleans]:
    """Returns rows in a type of floats, and which of them it holds."""
    with np.errstate(over="ignore", invalid="ignore"):
        floats = x.astype(dtype)
        holds = (floats.astype(x.dtype) == x).all(axis=1)
    floats += 0  # makes 0 of -0
    return floats, holds


def _rounded_alike(first: Array, second: Array) -> tuple[Array, Array]:
    """Returns two arrays of numbers in the narrower type of floats, if one is such."""
    first, second = np.asarray(first), np.asarray(second)
    types = [x.dtype for x in (first, second)]
    floats = [dtype for dtype in types if dtype.kind == "f"]
    if not floats or any(dtype.kind not in _NUMBERS for dtype in types):
        return first, second
    narrower = min(floats, key=lambda dtype: dtype.itemsize)
    with np.errstate(over="ignore"):
        return (
            first.astype(narrower, copy=False),
            second.astype(narrower, copy=False),
        )


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _hashes(rows: Iterator[bytes]) -> Integers:
    """Returns 64 bits for each row: two of a million agree by chance of 3e-8."""
    digests = [hashlib.blake2b(row, digest_size=8).digest() for row in rows]
    return np.frombuffer(b"".join(digests), np.uint64)


def _counts(rows: Integers, first: int) -> tuple[Integers, Integers]:
    """Returns how often each distinct row is in the first set, and in the second."""
    numbers = np.unique(rows, return_inverse=True)[1]
    kinds = int(numbers.max()) + 1
    return (
        np.bincount(numbers[:first], minlength=kinds),
        np.bincount(numbers[first:], minlength=kinds),
    )


def _on_both_sides(inside: Integers, outside: Integers) -> tuple[int, int]:
    """Returns how many examples of each set are equal to one of the other."""
    shared = (inside > 0) & (outside > 0)
    return int(inside[shared].sum()), int(outside[shared].sum())


def _copies(inside: Integers, outside: Integers) -> tuple[float, float]:
    """Returns how many of the smaller set's examples are copies, and the error of it.

    A copy adds a pair across the sets to those that repeats within a set let expect.
    Common rows make most pairs and most of the noise, so a row that occurs c times
    counts 1 / (c - 1). If examples are dealt to the sets at random, two of them are
    apart with probability 2pq, and pairs that share an example are not independent.
    """
    n, m = int(inside.sum()), int(outside.sum())
    often = inside + outside > 1
    a, b = inside[often].astype("float64"), outside[often].astype("float64")
    smaller, total = (a if n <= m else b), a + b
    within = n * (n - 1) + m * (m - 1)
    if not (within and smaller.any()):
        return float(a @ b), 0.0
    ratio = 2 * n * m / within
    weights = 1 / (total - 1)
    weights *= smaller.sum() / (weights @ smaller)
    own = (a * (a - 1) + b * (b - 1)) / 2
    pq = n * m / (n + m) ** 2
    variance = total * (total - 1) * pq * (1 - 2 * pq)
    variance += total * (total - 1) * (total - 2) * (pq - 4 * pq**2)
    error = (1 + ratio) * np.sqrt(weights**2 @ variance)
    return float(weights @ (a * b - ratio * own)), float(error)


def _is_contained(inside: Integers, outside: Integers) -> bool:
    """Whether no row repeats, and every row of the smaller set is in the other."""
    repeats = max(inside.max(), outside.max()) > 1
    smaller = min(inside.sum(), outside.sum())
    return bool(not repeats and (inside * outside).sum() == smaller)


def _is_dealt_evenly(inside: Integers, outside: Integers) -> bool:
    """Whether both sets hold each row equally often, which chance would not do."""
    if not np.array_equal(inside, outside):
        return False

    def ways(total: Integers, drawn: Integers) -> Floats:
        """The logarithm of the number of ways to draw so many of so many."""
        return np.asarray(
            special.gammaln(total + 1.0)
            - special.gammaln(drawn + 1.0)
            - special.gammaln(total - drawn + 1.0)
        )

    n = inside.sum()
    chance = ways(2 * inside, inside).sum() - ways(2 * n, n)
    return bool(chance < np.log(_CHANCE))
