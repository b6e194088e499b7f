"""The strongest attack, without the optimism of choosing and reporting on one set."""

import numpy as np
from scipy import stats

from keras_entropy.attacks import intervals
from keras_entropy.attacks.bootstrap import WeightedAuc
from keras_entropy.attacks.bootstrap import stratified_weights
from keras_entropy.attacks.results import Headline

RESAMPLES = 200


def game_headline(results, confidence=0.95):
    """The headline of a game: chosen on half of the pairs, reported on the rest.

    Even-numbered pairs choose for odd-numbered ones and the reverse; the mean over all
    pairs has a t interval.

    Args:
        results: Sequence of `AttackResult` on the entire set, each with `pair_auc`. For
            the base model of a comparison, results on its outputs and on functions of
            them may be given together.
        confidence: Float in (0, 1).

    Returns:
        `Headline`.
    """
    pair_auc = np.stack([result.pair_auc for result in results])
    halves = np.arange(pair_auc.shape[1]) % 2 == 0
    choice = [
        int(pair_auc[:, half].mean(axis=1).argmax()) for half in (halves, ~halves)
    ]
    reported = np.where(halves, pair_auc[choice[1]], pair_auc[choice[0]])
    auc, low, high = intervals.mean_interval(reported, confidence)
    best = max(results, key=lambda result: result.auc)
    return Headline(
        attack=best.attack,
        chosen=tuple(results[index].attack for index in choice),
        auc=float(auc),
        auc_low=float(max(0.0, low)),
        auc_high=float(min(1.0, high)),
        advantage=best.advantage,
        pair_auc=reported,
    )


def target_headline(results, scores, member, seed, confidence=0.95):
    """The headline of one target: the examples are split 50/50.

    Each half chooses the attack that the other half reports; the interval is that of
    the stratified bootstrap over examples.

    Args:
        results: Sequence of `AttackResult` on the entire set.
        scores: Sequence of `Scores` of one target, in the same order.
        member: Boolean array `(n,)`.
        seed: Integer.
        confidence: Float in (0, 1).

    Returns:
        `Headline`.
    """
    rng = np.random.default_rng((seed, member.size))
    halves = np.empty(member.size, bool)
    for side in (np.flatnonzero(member), np.flatnonzero(~member)):
        halves[rng.permutation(side)] = np.arange(side.size) % 2 == 0
    curves = [_weighted_auc(score, member) for score in scores]
    by_half = np.array([[auc(halves), auc(~halves)] for auc in curves])
    choice = np.nan_to_num(by_half, nan=-1.0).argmax(axis=0)
    auc = float((by_half[choice[0], 1] + by_half[choice[1], 0]) / 2)
    # Each half is resampled by itself, as the estimate treats the halves apart.
    variance = 0.0
    for half, chosen in ((~halves, choice[0]), (halves, choice[1])):
        strata = np.flatnonzero(half)
        weights = np.zeros(member.size, np.int64)
        replicates = []
        for drawn in stratified_weights(member[strata], RESAMPLES, rng):
            weights[strata] = drawn
            replicates.append(curves[chosen](weights))
        variance += np.var(replicates, ddof=1) * scores[chosen].inflation / 4
    # Normal with the bootstrap's spread, which 200 resamples tell to 5 %; of the
    # outermost percentiles they would leave five a side.
    half_width = float(stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance))
    best = max(results, key=lambda result: result.auc)
    return Headline(
        attack=best.attack,
        chosen=tuple(results[index].attack for index in choice),
        auc=auc,
        auc_low=max(0.0, auc - half_width),
        auc_high=min(1.0, auc + half_width),
        advantage=best.advantage,
    )


def _weighted_auc(scores, member):
    folds = None if scores.folds is None else scores.folds[0]
    count = 1 if folds is None else int(folds.max()) + 1
    return WeightedAuc(scores.values[0], member, folds, count)
