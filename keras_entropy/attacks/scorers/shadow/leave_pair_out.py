"""Statistics of the shadow models of every target, its own pair left out.

Models `2j` and `2j + 1` are a pair with complementary training sets. A target's
partner must not be its shadow: it would make the number of shadows that hold an example
depend on whether the target holds it, and a score that sees this number reads the
design instead of the model.
"""

import dataclasses

import numpy as np

from keras_entropy.arrays import Array


@dataclasses.dataclass(frozen=True)
class Moments:
    """Count, mean and scatter of the shadows that hold an example, or do not.

    Attributes:
        count: Integers `(N,)`: number of such shadows.
        mean: Floats `(N,)`; 0 where the count is 0.
        scatter: Floats `(N,)`: sum of the squared deviations from the mean.
    """

    count: Array
    mean: Array
    scatter: Array


def moments(signal, membership, *, scatter=True):
    """Yield for each pair of targets the moments of all other models' signals.

    Args:
        signal: Floats `(K, N)`, one value for each model and example.
        membership: Booleans `(K, N)`: who is in whose training set.
        scatter: Whether the squared deviations are needed; else they are zeros.

    Yields:
        `(pair, inside, outside)`: a slice of two models, and the `Moments` over the
        shadows that were trained on the example and over those that were not.

    Raises:
        ValueError: If the shapes differ or the number of models is odd.
    """
    signal = np.asarray(signal, dtype=np.float64)
    membership = np.asarray(membership, dtype=bool)
    if signal.ndim != 2 or signal.shape != membership.shape or len(signal) % 2:
        raise ValueError(
            "`signal` and `membership` must have one shape (models, examples) with an "
            "even number of models. "
            f"Received: signal {signal.shape}, membership {membership.shape}"
        )
    # Squares are taken of small numbers: what all models share is taken off first. A
    # mean alone is better off without, when it may be tiny beside the largest value.
    center = signal.mean(axis=0) if scatter else np.zeros(signal.shape[1])
    centered = signal - center
    sides = [_others(centered, mask, scatter) for mask in (membership, ~membership)]
    for j, (inside, outside) in enumerate(zip(*sides, strict=True)):
        yield (
            slice(2 * j, 2 * j + 2),
            _finish(*inside, center),
            _finish(*outside, center),
        )


def _finish(count, total, squares, center):
    some = np.maximum(count, 1)
    mean = total / some
    scatter = np.maximum(squares - total * mean, 0)
    return Moments(count, np.where(count > 0, center + mean, 0), scatter)


def _others(values, mask, scatter):
    """Yield count, sum and sum of squares over the models outside of each pair.

    What comes before and what comes after a pair is added up, instead of subtracting
    the pair from the total, which would leave rounding errors as large as the pair.
    """
    pairs, n = len(values) // 2, values.shape[1]

    def terms(j):
        kept = mask[2 * j : 2 * j + 2]
        value = np.where(kept, values[2 * j : 2 * j + 2], 0)
        squares = (value * value).sum(axis=0) if scatter else np.zeros(n)
        return np.stack([kept.sum(axis=0), value.sum(axis=0), squares])

    after = np.zeros((pairs, 3, n))
    for j in range(pairs - 1, 0, -1):
        after[j - 1] = after[j] + terms(j)
    before = np.zeros((3, n))
    for j in range(pairs):
        count, total, squares = before + after[j]
        yield count.astype(np.int64), total, squares
        before += terms(j)
