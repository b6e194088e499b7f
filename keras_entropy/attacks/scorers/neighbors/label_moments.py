"""What other models' labels around an example say of a target's labels there."""

from __future__ import annotations

import functools

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.scorers.neighbors.bit_counts import BitCounts
from keras_entropy.attacks.scorers.shadow.pair_moments import Pairs

# Columns are kept up to so many bytes; beyond, they are computed again when needed.
_MOST_KEPT = 1 << 26


class LabelMoments:
    """Shares and bits of the K models of a game, or of K shadow models.

    Args:
        labels: `NeighborLabels` of the K models.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """

    def __init__(self, labels: NeighborLabels, membership: Booleans) -> None:
        self.membership = membership
        self._labels = labels
        self._shares = Pairs(shares(labels), membership)
        self._kept: dict[tuple[int, tuple[int, ...]], Floats] = {}

    @functools.cached_property
    def _counts(self) -> BitCounts:
        return BitCounts(bits(self._labels), self.membership)

    def share_offset(self, labels: NeighborLabels, *left_out: int) -> Floats:
        """Returns by how much other models' share of right labels exceeds the middle.

        Args:
            labels: `NeighborLabels` of T models that are not among these.
            left_out: Integers, numbers of pairs that do not count.

        Returns:
            Floats `(T, N)`.
        """
        return self._shares.others(*left_out).offset(shares(labels))[0]

    def log_ratio(self, labels: NeighborLabels, *left_out: int) -> Floats:
        """Returns the log likelihood ratio of the bits; arguments as above."""
        return self._counts.log_ratio(bits(labels), *left_out)

    def columns(self, labels: NeighborLabels, *left_out: int) -> Floats:
        """Returns all that is made of the labels, `(T, N, D)`; arguments as above.

        The first column is the offset of the share over all questions.
        """
        moments, own = self._shares.others(*left_out), shares(labels)
        found = [
            *moments.offset(own),
            *moments.log_ratio(own),
            self.log_ratio(labels, *left_out),
        ]
        return np.stack(found, axis=-1)

    def pair_columns(self, pair: int, left_out: tuple[int, ...]) -> Floats:
        """Returns the columns of one of the pairs, `(2, N, D)`.

        Args:
            pair: Integer.
            left_out: Numbers of pairs that do not count, this one among them.
        """
        key = pair, left_out
        if key in self._kept:
            return self._kept[key]
        found = self.columns(self._labels.of_pair(pair), *left_out)
        pairs = len(self.membership) // 2
        if found.nbytes * pairs * pairs <= _MOST_KEPT:
            self._kept[key] = found
        return found


def shares(labels: NeighborLabels) -> Floats:
    """Returns the shares of right labels `(1 + F, R, N)`: of all, of each family."""
    families = [right.mean(axis=0) for right in labels.right.values()]
    return np.stack([labels.share(), *families])


def bits(labels: NeighborLabels) -> Booleans:
    """Returns the bits of all questions, `(Q, R, N)`."""
    return np.concatenate([*labels.right.values()])
