"""The gap attack: call every correctly classified example a member.

It reads the predicted label alone, so no defense that keeps the labels can go below
it: its advantage is the gap between training and test accuracy.

Reference: Yeom et al., CSF 2018, arXiv:1709.01604.
"""

import numpy as np


def gap_scores(signals):
    """Scores `(R, N)`: 1/2 where the label is right, -1/2 where it is wrong."""
    return signals.correct.astype(np.float64) - 0.5
