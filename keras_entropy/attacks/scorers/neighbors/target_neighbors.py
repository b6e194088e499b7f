"""Attacks of many questions on one target, with shadow models or without."""

from __future__ import annotations

import dataclasses

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.scorers.neighbors.label_moments import LabelMoments
from keras_entropy.attacks.scorers.neighbors.output_moments import OutputMoments
from keras_entropy.attacks.scorers.neighbors.output_moments import confidences
from keras_entropy.attacks.scorers.shadow.stacking import stack_target


@dataclasses.dataclass(frozen=True, eq=False)
class ShadowNeighbors:
    """What K shadow models answered to the same questions.

    Args:
        neighbors: `Neighbors` of the K models.
        confidence: Floats `(K, N)`: confidence in the examples themselves.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """

    neighbors: Neighbors
    confidence: Floats
    membership: Booleans


class LoneNeighbors:
    """What answers around the examples tell of a target that nothing is known of.

    Args:
        neighbors: `Neighbors` of the target.
        confidence: Floats `(1, N)`: confidence in the examples themselves.
    """

    def __init__(self, neighbors: Neighbors, confidence: Floats) -> None:
        self._neighbors = neighbors
        self._confidence = confidence

    def label_share(self) -> Floats:
        """Returns the share of right labels, `(1, N)`."""
        return self._neighbors.labels.share()

    def confidence(self) -> Floats:
        """Returns the mean confidence, `(1, N)`."""
        return confidences(self._neighbors, self._confidence)[0]


class TargetNeighbors:
    """What answers around the examples tell of a target beside shadow models.

    Args:
        neighbors: `Neighbors` of the target.
        confidence: Floats `(1, N)`: confidence in the examples themselves.
        shadows: `ShadowNeighbors`, of which the target is none.
    """

    def __init__(
        self, neighbors: Neighbors, confidence: Floats, shadows: ShadowNeighbors
    ) -> None:
        self._labels = neighbors.labels
        self._confidence = confidences(neighbors, confidence)
        self._theirs = confidences(shadows.neighbors, shadows.confidence)
        self._membership = shadows.membership
        self._label_moments = LabelMoments(shadows.neighbors.labels, self._membership)
        self._moments = OutputMoments(self._theirs, self._membership)

    def label_share(self) -> Floats:
        """Returns the share of right labels beyond the shadows', `(1, N)`."""
        return self._label_moments.share_offset(self._labels)

    def label_bits(self) -> Floats:
        """Returns the log likelihood ratio of the single labels, `(1, N)`."""
        return self._label_moments.log_ratio(self._labels)

    def label_stacked(self) -> Floats:
        """Returns the best combination of these, learned on the shadows, `(1, N)`."""
        return stack_target(
            self._label_moments.pair_columns,
            self._membership,
            self._label_moments.columns(self._labels),
        )

    def confidence(self) -> Floats:
        """Returns the mean confidence beyond the shadows', `(1, N)`."""
        return self._moments.offset(self._confidence)

    def lira(self) -> Floats:
        """Returns the log likelihood ratio of the mean confidence, `(1, N)`."""
        return self._moments.log_ratio(self._confidence)

    def rmia(self) -> Floats:
        """Returns the log ratio to the shadows' probability, `(1, N)`."""
        return self._moments.log_share(self._confidence)

    def stacked(self) -> Floats:
        """Returns the best combination of all, learned on the shadows, `(1, N)`."""
        own = [
            self._moments.columns(self._confidence),
            self._label_moments.columns(self._labels),
        ]
        return stack_target(
            self._pair_columns, self._membership, np.concatenate(own, axis=-1)
        )

    def _pair_columns(self, pair: int, left_out: tuple[int, ...]) -> Floats:
        outputs = self._moments.columns(
            self._theirs[:, 2 * pair : 2 * pair + 2], *left_out
        )
        labels = self._label_moments.pair_columns(pair, left_out)
        return np.concatenate([outputs, labels], axis=-1)
