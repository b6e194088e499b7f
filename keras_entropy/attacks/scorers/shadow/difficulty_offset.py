"""The loss attack, calibrated by the difficulty of each example.

Reference: Watson, Guo, Cormode and Sablayrolles, "On the Importance of Difficulty
Calibration in Membership Inference Attacks", ICLR 2022, arXiv:2111.08440.
"""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.shadow.shadow_moments import Moments
from keras_entropy.attacks.scorers.shadow.shadow_scorer import MomentScorer


class DifficultyOffset(MomentScorer):
    """Scores a target by how much less its loss is than the shadows'.

    The score is the mean loss of the shadows that do not hold the example minus the
    target's loss, in nats. An example that all shadows were trained on is excluded.
    """

    def signal(self, confidence: Floats) -> Floats:
        """Returns the log probability of the label."""
        return -np.logaddexp(0, -confidence)

    def compare(
        self, signal: Floats, inside: Moments, outside: Moments
    ) -> tuple[Floats, Booleans]:
        """Returns the offset, and what no shadow was trained without."""
        return signal - outside.mean, outside.count == 0
