"""Attackers that learn from labelled members and non-members of the target itself.

The study's premise, and an upper bound on what outputs reveal to a learner. Every
attacker is cross-fitted: five folds, stratified by membership; each example is scored
by the attacker that did not see its fold. The two sides are balanced by weight, so no
example is thrown away, and the AUC averages the folds' AUCs. Scores of two attackers
have no common scale: pooling them before the ROC gives AUC 0.3 or 0.7 on pure noise
where one side is larger (performance measured in this project's tests).
"""

import numpy as np

from keras_entropy.attacks.logistic import logistic_scores

FOLDS = 5

# Under no signal two folds' attackers can learn the same accidental direction, each
# from data that hold the other's test fold. For one feature the AUCs of two of k folds
# then correlate by (2 / pi) / sqrt(2 k - 3), more features dilute it; with a signal it
# vanishes. Intervals of one target allow for this worst case.
FOLD_CORRELATION = 2 / np.pi / np.sqrt(2 * FOLDS - 3)

# Each maps (features, member, folds, count, rng) to held-out log-odds of membership.
ATTACKERS = {
    "logistic": logistic_scores,
}


def attack_features(signals, target):
    """What an attacker learns from: `(N, C + 3)` float64.

    The output vector, the loss, the entropy and the logit-scaled confidence.
    """
    return np.column_stack(
        [
            signals.probabilities(target),
            signals.loss[target],
            signals.entropy[target],
            signals.confidence[target],
        ]
    )


def stratified_folds(member, count, rng):
    """Random folds that each hold the same share of members and of non-members.

    Args:
        member: Boolean array `(n,)`.
        count: Integer, the number of folds.
        rng: `numpy.random.Generator`.

    Returns:
        Integer array `(n,)`, in `0..count - 1`.

    Raises:
        ValueError: If a side has fewer examples than there are folds.
    """
    folds = np.empty(member.size, np.int16)
    for side in (np.flatnonzero(member), np.flatnonzero(~member)):
        if side.size < 2 * count:
            raise ValueError(
                f"Trained attackers need at least {2 * count} members and as many "
                f"non-members for their {count} folds. Received: {side.size} on one "
                "side. Choose attacks out of the threshold group."
            )
        folds[rng.permutation(side)] = np.arange(side.size) % count
    return folds


def cross_fit(name, signals, membership, seed):
    """Held-out scores of one attacker on every target.

    Args:
        name: String, a key of `ATTACKERS`.
        signals: `Signals` of R targets.
        membership: Boolean array `(R, N)`.
        seed: Integer.

    Returns:
        `(scores, folds)`, arrays `(R, N)`: scores are comparable within a fold only.
    """
    attacker = ATTACKERS[name]
    scores = np.empty(membership.shape)
    folds = np.empty(membership.shape, np.int16)
    for target, member in enumerate(membership):
        # The folds are the same for every attacker: differences stay paired.
        rng = np.random.default_rng((seed, target))
        folds[target] = stratified_folds(member, FOLDS, rng)
        features = attack_features(signals, target)
        scores[target] = attacker(features, member, folds[target], FOLDS, rng)
    return scores, folds
