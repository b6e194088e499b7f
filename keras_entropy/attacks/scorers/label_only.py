"""The gap attack: call every correctly classified example a member.

It reads the predicted label alone, so no defense that keeps the labels can go below
it: its advantage is the gap between training and test accuracy.

Reference: Yeom et al., CSF 2018, arXiv:1709.01604.
"""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import Signals


def gap_scores(signals: Signals, membership: Booleans, seed: int) -> Scores:
    """Returns 1/2 where the label is right, -1/2 where it is wrong.

    Args:
        signals: `Signals` of R targets.
        membership: Not used.
        seed: Not used.
    """
    del membership, seed
    return Scores(signals.correct.astype(np.float64) - 0.5, natural=True)
