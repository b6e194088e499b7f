"""Statistics of the shadow models of a target, and of every target of a game.

In a game, models `2j` and `2j + 1` are a pair with complementary training sets. A
target's partner must not be its shadow: it would make the number of shadows that hold
an example depend on whether the target holds it, and a score that sees this number
reads the design instead of the model. So a pair is left out of its own shadows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers


@dataclasses.dataclass(frozen=True)
class Moments:
    """Count, mean and scatter of the shadows that hold an example, or do not.

    Attributes:
        count: Integers `(N,)`: number of such shadows.
        mean: Floats `(N,)`; 0 where the count is 0.
        scatter: Floats `(N,)`: sum of the squared deviations from the mean.
    """

    count: Integers
    mean: Floats
    scatter: Floats


def of_all(
    signal: Floats,
    membership: Booleans,
    *,
    scatter: bool = True,
    left_out: Booleans | None = None,
) -> tuple[Moments, Moments]:
    """Returns the moments of all models' signals, for a target that is none of them.

    Args:
        signal: Floats `(K, N)`, one value for each model and example.
        membership: Booleans `(K, N)`: who is in whose training set.
        scatter: Whether the squared deviations are needed; else they are zeros.
        left_out: Booleans `(K, N)`: values that don't count, or `None`.

    Returns:
        `(inside, outside)`: the `Moments` over the shadows that were trained on the
        example and over those that were not.

    Raises:
        ValueError: If the shapes differ.
    """
    centered, membership, center = _centered(signal, membership, scatter)
    kept = np.ones_like(membership) if left_out is None else ~left_out
    inside, outside = (
        _PairSums(centered, mask & kept, scatter).total()
        for mask in (membership, ~membership)
    )
    return _moments(inside, center), _moments(outside, center)


def leave_pair_out(
    signal: Floats, membership: Booleans, *, scatter: bool = True
) -> Iterator[tuple[slice, Moments, Moments]]:
    """Yields for each pair of targets the moments of all other models' signals.

    Args:
        signal: Floats `(K, N)`, as for `of_all`.
        membership: Booleans `(K, N)`, likewise.
        scatter: Whether the squared deviations are needed; else they are zeros.

    Yields:
        `(pair, inside, outside)`: a slice of two models, and the `Moments` over their
        shadows, as of `of_all`.

    Raises:
        ValueError: If the shapes differ or the number of models is odd.
    """
    if len(signal) % 2:
        raise ValueError(
            "`signal` and `membership` must be of an even number of models, as a game "
            f"has them. Received: {len(signal)} models"
        )
    centered, membership, center = _centered(signal, membership, scatter)
    inside, outside = (
        _PairSums(centered, mask, scatter).of_others()
        for mask in (membership, ~membership)
    )
    for j, (holding, lacking) in enumerate(zip(inside, outside, strict=True)):
        yield (
            slice(2 * j, 2 * j + 2),
            _moments(holding, center),
            _moments(lacking, center),
        )


def _centered(
    signal: Floats, membership: Booleans, scatter: bool
) -> tuple[Floats, Booleans, Floats]:
    """Returns the signal without its centre, the membership and the centre."""
    signal = np.asarray(signal, dtype=np.float64)
    membership = np.asarray(membership, dtype=bool)
    if signal.ndim != 2 or signal.shape != membership.shape:
        raise ValueError(
            "`signal` and `membership` must have one shape (models, examples). "
            f"Received: signal {signal.shape}, membership {membership.shape}"
        )
    # Squares are taken of small numbers: what all models share is taken off first. A
    # mean alone is better off without, when it may be tiny beside the largest value.
    center = signal.mean(axis=0) if scatter else np.zeros(signal.shape[1])
    return signal - center, membership, center


def _moments(sums: Floats, center: Floats) -> Moments:
    """Returns the `Moments` of `(3, N)` counts, sums and sums of squares."""
    total, squares = sums[1:]
    count = sums[0].astype(np.int64)
    mean = total / np.maximum(count, 1)
    scatter = np.maximum(squares - total * mean, 0)
    return Moments(count, np.where(count > 0, center + mean, 0), scatter)


class _PairSums:
    """Counts, sums and sums of squares `(3, N)` over models, pair by pair.

    Args:
        values: Floats `(K, N)`.
        mask: Booleans `(K, N)`, which of them count.
        scatter: Whether the squares are needed; else they are zeros.
    """

    def __init__(self, values: Floats, mask: Booleans, scatter: bool) -> None:
        self._values = values
        self._mask = mask
        self._scatter = scatter
        # Of an odd number the last model is by itself.
        self._pairs = -(-len(values) // 2)

    def total(self) -> Floats:
        """Returns the sums over all pairs."""
        total = np.zeros((3, self._values.shape[1]))
        # From the last to the first, as `of_others` adds up what comes after a pair.
        for j in reversed(range(self._pairs)):
            total = total + self._of_pair(j)
        return total

    def of_others(self) -> Iterator[Floats]:
        """Yields the sums over the pairs other than each.

        What comes before and what comes after a pair is added up, instead of
        subtracting the pair from the total, which would leave rounding errors as large
        as the pair.
        """
        after = np.zeros((self._pairs, 3, self._values.shape[1]))
        for j in range(self._pairs - 1, 0, -1):
            after[j - 1] = after[j] + self._of_pair(j)
        before = np.zeros(after.shape[1:])
        for j in range(self._pairs):
            yield before + after[j]
            before += self._of_pair(j)

    def _of_pair(self, j: int) -> Floats:
        kept = self._mask[2 * j : 2 * j + 2]
        value = np.where(kept, self._values[2 * j : 2 * j + 2], 0)
        squares = value * value if self._scatter else np.zeros_like(value)
        return np.stack([kept.sum(axis=0), value.sum(axis=0), squares.sum(axis=0)])
