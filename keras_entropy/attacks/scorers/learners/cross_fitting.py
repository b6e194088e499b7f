"""Attackers that learn from labelled members and non-members of the target itself.

The study's premise, and an upper bound on what outputs reveal to a learner. Every
attacker is cross-fitted: five folds, stratified by membership; each example is scored
by the attacker that did not see its fold. The two sides are balanced by weight, so no
example is thrown away, and the AUC averages the folds' AUCs. Scores of two attackers
have no common scale: pooling them before the ROC gives AUC 0.3 or 0.7 on pure noise
where one side is larger.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.scorers.learners.forest import forest_scores
from keras_entropy.attacks.scorers.learners.knn import knn_scores
from keras_entropy.attacks.scorers.learners.logistic import logistic_scores
from keras_entropy.attacks.scorers.learners.mlp import mlp_scores
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import Signals

FOLDS = 5
# More examples than these do not make an attacker stronger, only slower.
MAX_ROWS = 100_000

# Under no signal two folds' attackers can learn the same accidental direction, each
# from data that hold the other's test fold: A_1 = u(S + D_2) . D_1 and
# A_2 = u(S + D_1) . D_2 share the term D_1 . D_2. For scores linear in the training
# labels the AUCs of two of k folds then correlate by 1 / (k - 1), which doubles the
# variance of their mean; with a signal the correlation vanishes. Intervals of one
# target allow for it: without, they cover 0.5 in 84 % of runs instead of 95 %.
FOLD_CORRELATION = 1 / (FOLDS - 1)

# Maps (features, member, folds, count, rng) to held-out log-odds of membership.
Learner = Callable[[Floats, Booleans, Integers, int, np.random.Generator], Floats]

ATTACKERS: dict[str, Learner] = {
    "logistic": logistic_scores,
    "mlp": mlp_scores,
    "knn": knn_scores,
    "forest": forest_scores,
}


def attack_features(signals: Signals, target: int, rows: Integers) -> Floats:
    """Returns the features that an attacker learns from, `(rows, C + 3)` float64.

    They are the output vector (beyond 100 classes, its ten largest entries), the loss,
    the entropy and the logit-scaled confidence, in this order.

    Args:
        signals: `Signals`.
        target: Integer.
        rows: Integer array, ascending, the examples.
    """
    return np.column_stack(
        [
            signals.vectors(target, rows),
            signals.loss[target, rows],
            signals.entropy[target, rows],
            signals.confidence[target, rows],
        ]
    )


def reason_without_training(
    members: int, nonmembers: int, folds: int = FOLDS
) -> str | None:
    """Returns why no attacker can be trained on so few examples, or `None`.

    Args:
        members: Integer, of a target.
        nonmembers: Integer.
        folds: Integer, how many there are to be. Defaults to 5.
    """
    # On each side: two in each fold.
    if min(members, nonmembers) >= 2 * folds:
        return None
    return (
        f"needs at least {2 * folds} members and as many non-members for its {folds} "
        f"folds, {members} and {nonmembers} are here"
    )


def stratified_folds(
    member: Booleans, count: int, rng: np.random.Generator
) -> Integers:
    """Returns random folds that each hold the same share of members and of non-members.

    Args:
        member: Boolean array `(n,)`.
        count: Integer, the number of folds.
        rng: `numpy.random.Generator`.

    Returns:
        Integer array `(n,)`, in `0..count - 1`.

    Raises:
        ValueError: If a side has fewer than two examples for each fold.
    """
    sides = np.flatnonzero(member), np.flatnonzero(~member)
    reason = reason_without_training(sides[0].size, sides[1].size, count)
    if reason is not None:
        raise ValueError(f"What learns to tell members from non-members {reason}")
    folds = np.empty(member.size, np.int16)
    for side in sides:
        folds[rng.permutation(side)] = np.arange(side.size) % count
    return folds


def cross_fit(name: str, signals: Signals, membership: Booleans, seed: int) -> Scores:
    """Returns the held-out scores of one attacker on every target.

    Args:
        name: String, a key of `ATTACKERS`.
        signals: `Signals` of R targets.
        membership: Boolean array `(R, N)`.
        seed: Integer.

    Returns:
        `Scores`, comparable within a fold only. Where N exceeds `MAX_ROWS`, a random
        sample of the examples is used, with the same share of members, and the others
        are excluded.
    """
    attacker = ATTACKERS[name]
    values = np.zeros(membership.shape)
    folds = np.zeros(membership.shape, np.int16)
    excluded = np.ones(membership.shape, bool)
    for target, member in enumerate(membership):
        # The folds are the same for every attacker: differences stay paired.
        rng = np.random.default_rng((seed, target))
        rows = _sample(member, rng)
        member, own_folds = member[rows], stratified_folds(member[rows], FOLDS, rng)
        features = attack_features(signals, target, rows)
        values[target, rows] = attacker(features, member, own_folds, FOLDS, rng)
        folds[target, rows] = own_folds
        excluded[target, rows] = False
    return Scores(
        values,
        natural=True,
        folds=folds,
        excluded=excluded if excluded.any() else None,
        fold_correlation=FOLD_CORRELATION,
    )


def fit_on_shadows(
    name: str, signals: Signals, membership: Booleans, seed: int
) -> Scores:
    """Returns the scores of an attacker trained on other pairs' outputs.

    The attacker knows who is in the shadow models, and nothing of the target. Each
    example is in exactly half of the shadows, so its identity tells nothing; the
    target's partner, whose members are the target's non-members, is no shadow either.
    To save fits, the pairs form at most five groups, attacked by those of the others.

    Args:
        name: String, a key of `ATTACKERS`.
        signals: `Signals` of K models.
        membership: Boolean array `(K, N)`, models `2j` and `2j + 1` complementary.
        seed: Integer.

    Returns:
        `Scores` of every model, log-odds.

    Reference: Shokri et al., IEEE S&P 2017, arXiv:1610.05820.
    """
    models, examples = membership.shape
    rows = np.arange(examples)
    features = np.concatenate(
        [attack_features(signals, model, rows) for model in range(models)]
    )
    groups = min(FOLDS, models // 2)
    folds = np.repeat(np.arange(models) // 2 % groups, examples)
    rng = np.random.default_rng((seed, models))
    values = ATTACKERS[name](features, membership.ravel(), folds, groups, rng)
    return Scores(values.reshape(membership.shape), natural=True)


def _sample(member: Booleans, rng: np.random.Generator) -> Integers:
    """All rows, or `MAX_ROWS` of them with the same share of members; ascending."""
    if member.size <= MAX_ROWS:
        return np.arange(member.size)
    rows = [
        rng.choice(side, round(MAX_ROWS * side.size / member.size), replace=False)
        for side in (np.flatnonzero(member), np.flatnonzero(~member))
    ]
    return np.sort(np.concatenate(rows))
