"""The strongest attack, without the optimism of choosing and reporting on one set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.array_checks import check_confidence
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import Headline
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.bootstrap import auc_deviation
from keras_entropy.attacks.statistics.roc import RocFamily
from keras_entropy.attacks.statistics.weighted_mean import weighted_mean

RESAMPLES = 200


def game_headline(
    results: Sequence[AttackResult], confidence: float = 0.95
) -> Headline:
    """Returns the headline of a game, chosen on half of the pairs at a time.

    Even-numbered pairs choose the attack that odd-numbered ones report and the reverse;
    the mean over all pairs has a t interval.

    Args:
        results: Sequence of `AttackResult` on the entire set, each with `pair_auc`. For
            the base model of a comparison, results on its outputs and on functions of
            them may be given together.
        confidence: Float in (0, 1).

    Returns:
        `Headline`.

    Raises:
        ValueError: If there are no results, or not of a game, or `confidence` is out
            of its range.
    """
    check_confidence(confidence)
    pairs = [result.pair_auc for result in results if result.pair_auc is not None]
    if not results or len(pairs) < len(results):
        raise ValueError(
            "The headline of a game needs results of `audit_game`, which know the AUC "
            f"of each pair of models. Received: {len(results)} results, "
            f"{len(pairs)} of them with `pair_auc`"
        )
    pair_auc = np.stack(pairs)
    halves = np.arange(pair_auc.shape[1]) % 2 == 0
    first, second = (
        int(pair_auc[:, half].mean(axis=1).argmax()) for half in (halves, ~halves)
    )
    reported = np.where(halves, pair_auc[second], pair_auc[first])
    inflation = max(results[index].pair_inflation for index in (first, second))
    auc, low, high = intervals.mean_interval(reported, confidence, inflation)
    best = max(results, key=lambda result: result.auc)
    return Headline(
        attack=best.attack,
        chosen=(results[first].attack, results[second].attack),
        auc=float(auc),
        auc_low=max(0.0, float(low)),
        auc_high=min(1.0, float(high)),
        advantage=best.advantage,
        pair_auc=reported,
        pair_inflation=inflation,
    )


def target_headline(
    results: Sequence[AttackResult],
    scores: Sequence[Scores],
    orders: Sequence[Integers],
    member: Booleans,
    seed: int,
    confidence: float = 0.95,
) -> Headline:
    """Returns the headline of one target: the examples are split 50/50.

    Each half chooses the attack that the other half reports; the interval is that of
    the stratified bootstrap over examples.

    Args:
        results: Sequence of `AttackResult` on the entire set.
        scores: Sequence of `Scores` of one target, in the same order.
        orders: Sequence of integer arrays `(n,)`, `roc.descending` of the scores.
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
    # Each half is resampled by itself, as the estimate treats the halves apart.
    rocs = [
        _roc_by_half(score, order, member, halves)
        for score, order in zip(scores, orders, strict=True)
    ]
    by_half = np.array([_half_auc(roc) for roc in rocs])
    choice = np.nan_to_num(by_half, nan=-1.0).argmax(axis=0)
    auc, variance = 0.0, 0.0
    for half in (0, 1):
        chosen = choice[1 - half]
        groups = np.arange(half, rocs[chosen].members.size, 2)
        spread = auc_deviation(rocs[chosen], groups, RESAMPLES, rng)
        auc += float(by_half[chosen, half]) / 2
        variance += spread**2 * scores[chosen].inflation / 4
    # Normal with the bootstrap's spread, which 200 resamples tell to 5 %; of the
    # outermost percentiles they would leave five a side.
    half_width = float(stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance))
    best = max(results, key=lambda result: result.auc)
    return Headline(
        attack=best.attack,
        chosen=(results[choice[0]].attack, results[choice[1]].attack),
        auc=auc,
        auc_low=max(0.0, auc - half_width),
        auc_high=min(1.0, auc + half_width),
        advantage=best.advantage,
    )


def _roc_by_half(
    scores: Scores, order: Integers, member: Booleans, halves: Booleans
) -> RocFamily:
    """`RocFamily` with group `2 * fold + half`."""
    codes: Integers = halves.astype(np.int16)
    if scores.folds is not None:
        codes = codes + 2 * scores.folds[0]
    if scores.excluded is not None:
        codes = np.where(scores.excluded[0], -1, codes)
    return RocFamily(scores.values[0], member, codes, 2 * scores.fold_count, order)


def _half_auc(roc: RocFamily) -> Floats:
    """The AUC of each half, folds averaged by their numbers of pairs."""
    pairs = (roc.members * roc.nonmembers).reshape(-1, 2)
    return weighted_mean(roc.auc().reshape(-1, 2).T, pairs.T)
