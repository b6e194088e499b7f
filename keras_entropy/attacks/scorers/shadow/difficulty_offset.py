"""The loss attack, calibrated by the difficulty of each example.

Reference: Watson, Guo, Cormode and Sablayrolles, "On the Importance of Difficulty
Calibration in Membership Inference Attacks", ICLR 2022, arXiv:2111.08440.
"""

import numpy as np

from keras_entropy.attacks.scorers.shadow.leave_pair_out import moments


def difficulty_offset(confidence, membership):
    """Score every model as target by how much less its loss is than the shadows'.

    Args:
        confidence: Floats `(K, N)`, the logit-scaled confidence
            `log p_y - log(1 - p_y)` of each model on each example.
        membership: Booleans `(K, N)`: who is in whose training set. Models `2j` and
            `2j + 1` are partners; neither serves as the other's shadow.

    Returns:
        `(scores, excluded)`, both `(K, N)`: the mean loss of the shadows that do not
        hold the example minus the target's loss, in nats, and a mask of what no shadow
        was trained without, where the score is 0.

    Raises:
        ValueError: If the shapes don't fit.
    """
    log_probability = -np.logaddexp(0, -np.asarray(confidence, dtype=np.float64))
    scores = np.zeros(log_probability.shape)
    excluded = np.zeros(log_probability.shape, dtype=bool)
    for pair, _, outside in moments(log_probability, membership, scatter=False):
        excluded[pair] = outside.count == 0
        scores[pair] = np.where(excluded[pair], 0, log_probability[pair] - outside.mean)
    return scores, excluded
