"""Attacks of many questions on every model of a game, with the others as shadows."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.scorers.neighbors.label_moments import LabelMoments
from keras_entropy.attacks.scorers.neighbors.output_moments import OutputMoments
from keras_entropy.attacks.scorers.neighbors.output_moments import confidences
from keras_entropy.attacks.scorers.shadow.stacking import stack_game


class GameLabels:
    """What labels alone tell of each model of a game.

    Args:
        labels: `NeighborLabels` of the K models.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """

    def __init__(self, labels: NeighborLabels, membership: Booleans) -> None:
        self._labels = labels
        self._membership = membership
        self._moments = LabelMoments(labels, membership)

    @functools.cached_property
    def share(self) -> Floats:
        """Floats `(K, N)`: the share of right labels beyond the other models'."""
        return self._pair_by_pair(self._moments.share_offset)

    @functools.cached_property
    def bits(self) -> Floats:
        """Floats `(K, N)`: the log likelihood ratio of the single labels."""
        return self._pair_by_pair(self._moments.log_ratio)

    @functools.cached_property
    def stacked(self) -> Floats:
        """Floats `(K, N)`: the best combination, learned on other pairs."""
        return stack_game(self._moments.pair_columns, self._membership)

    def columns(self, pair: int, left_out: tuple[int, ...]) -> Floats:
        """Returns the columns of a pair, `(2, N, D)`: see `LabelMoments`."""
        return self._moments.pair_columns(pair, left_out)

    def _pair_by_pair(self, score: Callable[..., Floats]) -> Floats:
        pairs = range(len(self._membership) // 2)
        return np.concatenate([score(self._labels.of_pair(j), j) for j in pairs])


class GameNeighbors:
    """What answers around the examples tell of each model of a game.

    Args:
        neighbors: `Neighbors` of the K models.
        confidence: Floats `(K, N)`: confidence in the examples themselves.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """

    def __init__(
        self, neighbors: Neighbors, confidence: Floats, membership: Booleans
    ) -> None:
        self._membership = membership
        labels = neighbors.labels
        self.labels = labels.once(
            membership.tobytes(), lambda: GameLabels(labels, membership)
        )
        self._confidence = confidences(neighbors, confidence)
        self._moments = OutputMoments(self._confidence, membership)

    def confidence(self) -> Floats:
        """Returns the mean confidence beyond the other models', `(K, N)`."""
        return self._pair_by_pair(self._moments.offset)

    def lira(self) -> Floats:
        """Returns the log likelihood ratio of the mean confidence, `(K, N)`."""
        return self._pair_by_pair(self._moments.log_ratio)

    def rmia(self) -> Floats:
        """Returns the log ratio to the other models' probability, `(K, N)`."""
        return self._pair_by_pair(self._moments.log_share)

    def stacked(self) -> Floats:
        """Returns the best combination of all, learned on other pairs, `(K, N)`."""
        return stack_game(self._columns, self._membership)

    def _columns(self, pair: int, left_out: tuple[int, ...]) -> Floats:
        outputs = self._moments.columns(self._of_pair(pair), *left_out)
        return np.concatenate([outputs, self.labels.columns(pair, left_out)], axis=-1)

    def _of_pair(self, pair: int) -> Floats:
        return self._confidence[:, 2 * pair : 2 * pair + 2]

    def _pair_by_pair(self, score: Callable[..., Floats]) -> Floats:
        pairs = range(len(self._membership) // 2)
        return np.concatenate([score(self._of_pair(j), j) for j in pairs])
