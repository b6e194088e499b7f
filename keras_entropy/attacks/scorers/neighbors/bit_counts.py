"""Naive Bayes over single bits: is the label predicted at this neighbor, or not?"""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats

# Counted on both sides before any model is, so that no bit decides alone.
_HALF = 0.5


class BitCounts:
    """How many models of each side predict the label at each neighbor.

    Args:
        right: Booleans `(Q, K, N)`, whether the label is predicted.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """

    def __init__(self, right: Booleans, membership: Booleans) -> None:
        self._first, self._second = right[:, ::2], right[:, 1::2]
        self._holds_first = membership[::2]
        self._pairs = right.shape[1] // 2
        counts = [self._of_pair(pair) for pair in range(self._pairs)]
        # Integers: taking a pair off the total leaves no rounding error.
        self._inside = np.sum([holding for holding, _ in counts], axis=0)
        self._outside = np.sum([lacking for _, lacking in counts], axis=0)

    def log_ratio(self, right: Booleans, *left_out: int) -> Floats:
        """Returns the log likelihood ratio of other models' bits, member to not.

        Bits count as independent, given the side. Half a model is added on each.

        Args:
            right: Booleans `(Q, T, N)`, of models that the counts know nothing of.
            left_out: Integers, numbers of pairs that do not count.

        Returns:
            Floats `(T, N)`.
        """
        inside, outside = self._inside, self._outside
        for pair in left_out:
            holding, lacking = self._of_pair(pair)
            inside, outside = inside - holding, outside - lacking
        models = self._pairs - len(left_out)
        # There are few different counts: logarithms are looked up. What they are shares
        # of is the same on both sides.
        logs = np.log(np.arange(models + 1) + _HALF)
        predicted = logs[inside] - logs[outside]
        missed = logs[models - inside] - logs[models - outside]
        gain = predicted - missed
        base = missed.sum(axis=0)
        ratios = [
            np.einsum("qn,qn->n", gain, right[:, target])
            for target in range(right.shape[1])
        ]
        return np.stack(ratios) + base

    def _of_pair(self, pair: int) -> tuple[Floats, Floats]:
        """Returns `(Q, N)` counts, 0 or 1, of the model that holds and the other."""
        first, second = self._first[:, pair], self._second[:, pair]
        holds = self._holds_first[pair]
        return (
            np.where(holds, first, second).astype(np.int16),
            np.where(holds, second, first).astype(np.int16),
        )
