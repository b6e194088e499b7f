"""What other models' confidence around an example says of a target's there."""

from __future__ import annotations

import numpy as np
from scipy import special

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.scorers.shadow.pair_moments import Pairs

# Divides the confidence before probabilities are made of it, as in RMIA's paper.
_TEMPERATURE = 2.0


class OutputMoments:
    """Confidence of the K models of a game, or of K shadow models.

    Args:
        confidence: Floats `(2 + F, K, N)`, as of `confidences`.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """

    def __init__(self, confidence: Floats, membership: Booleans) -> None:
        self._confidence = Pairs(confidence, membership)
        self._probability = Pairs(_probability(confidence), membership)

    def offset(self, confidence: Floats, *left_out: int) -> Floats:
        """Returns by how much other models' mean confidence exceeds the middle.

        Args:
            confidence: Floats `(2 + F, T, N)` of models that are not among these.
            left_out: Integers, numbers of pairs that do not count.

        Returns:
            Floats `(T, N)`.
        """
        return self._confidence.others(*left_out).offset(confidence)[0]

    def log_ratio(self, confidence: Floats, *left_out: int) -> Floats:
        """Returns the log likelihood ratio of LiRA; arguments as above."""
        return self._confidence.others(*left_out).log_ratio(confidence)[0]

    def log_share(self, confidence: Floats, *left_out: int) -> Floats:
        """Returns the log ratio of RMIA, at temperature 2; arguments as above."""
        moments = self._probability.others(*left_out)
        return moments.log_share(_probability(confidence))[0]

    def columns(self, confidence: Floats, *left_out: int) -> Floats:
        """Returns all that is made of the confidence, `(T, N, D)`; arguments as above.

        The first column is the log ratio of RMIA, of the mean over all questions.
        """
        moments = self._confidence.others(*left_out)
        probability = self._probability.others(*left_out)
        found = [
            *probability.log_share(_probability(confidence)),
            *moments.offset(confidence),
            *moments.log_ratio(confidence),
        ]
        return np.stack(found, axis=-1)


def confidences(neighbors: Neighbors, own: Floats) -> Floats:
    """Returns the mean over families, the example's own and each family's.

    Args:
        neighbors: `Neighbors` of R models.
        own: Floats `(R, N)`: confidence in the examples themselves.

    Returns:
        Floats `(2 + F, R, N)`.
    """
    asked = [own, *neighbors.confidence.values()]
    return np.stack([np.mean(asked, axis=0), *asked])


def _probability(confidence: Floats) -> Floats:
    return special.expit(confidence / _TEMPERATURE)
