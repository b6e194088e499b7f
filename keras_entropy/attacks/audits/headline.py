"""The strongest attack, without the optimism of choosing and reporting on one set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.attacks.array_checks import check_confidence
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import Headline
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.auc_estimate import AucEstimate
from keras_entropy.attacks.statistics.roc import RocFamily


def game_headline(
    results: Sequence[AttackResult], confidence: float = 0.95
) -> Headline:
    """Returns the headline of a game, chosen on half of the pairs at a time.

    Even-numbered pairs choose the attack that odd-numbered ones report and the reverse;
    the mean over all pairs has a t interval. Where there was a choice, its variance is
    that of one half of the pairs: as with one target (`target_headline`), the halves'
    reports depend on each other. Where an attack learns from the other pairs, what made
    one half choose it also raises what the other reports: the headline of no signal is
    then a little above 0.5, by a small part of that interval.

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
    if len(results) > 1:
        # J / 2 pairs that correlate by 1 / (J - 1) instead of J: one and a half times.
        inflation = max(2.0, 1.5 * inflation)
    auc, low, high = intervals.mean_interval(reported, confidence, inflation)
    if low == high:
        # Equal pairs are no certainty: as the attacks that were chosen say themselves.
        half = max(
            max(results[index].auc_high - auc, auc - results[index].auc_low)
            for index in (first, second)
        )
        low, high = auc - half, auc + half
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
    confidence: float,
) -> Headline:
    """Returns the headline of one target: the examples are split 50/50.

    Each half chooses the attack that the other half reports. The two reports depend on
    each other, for each half's accident decides what the other reports: among attacks
    that look alike, such as one that takes large scores for members and one that takes
    small ones, the mean of the two varies by up to twice as much as that of independent
    halves. Its interval is therefore as wide as that of one half alone.

    Where there is nothing to choose, the headline is the first attack's own figure: of
    a single attack, or of a side of one example, which can't be in both halves.

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
    by_half = {
        result.attack: _estimates(score, order, member, halves)
        for result, score, order in zip(results, scores, orders, strict=True)
    }
    able = {name: own for name, own in by_half.items() if own is not None}
    if len(able) < 2:
        name = next(iter(able or by_half))
        (only,) = (result for result in results if result.attack == name)
        chosen, auc, low, high = (name, name), only.auc, only.auc_low, only.auc_high
    else:
        first, second = (
            max(able, key=lambda name: able[name][half].value) for half in (0, 1)
        )
        estimate = able[second][0].mean_with(able[first][1])
        chosen, auc = (first, second), estimate.value
        low, high = estimate.interval(confidence)
    best = max(results, key=lambda result: result.auc)
    return Headline(
        attack=best.attack,
        chosen=chosen,
        auc=auc,
        auc_low=low,
        auc_high=high,
        advantage=best.advantage,
    )


def _estimates(
    scores: Scores, order: Integers, member: Booleans, halves: Booleans
) -> tuple[AucEstimate, AucEstimate] | None:
    """The AUCs of both halves; `None` where one has no fold with both sides."""
    codes: Integers = halves.astype(np.int16)
    if scores.folds is not None:
        codes = codes + 2 * scores.folds[0]
    if scores.excluded is not None:
        codes = np.where(scores.excluded[0], -1, codes)
    roc = RocFamily(scores.values[0], member, codes, 2 * scores.fold_count, order)
    auc, terms = roc.auc(), np.stack(roc.placement_variances())
    pairs = (roc.members * roc.nonmembers).reshape(-1, 2).sum(axis=0)
    if not pairs.all():
        return None
    one, other = (
        AucEstimate.of_folds(
            auc[own],
            terms[:, own],
            roc.members[own],
            roc.nonmembers[own],
            scores.fold_correlation,
        )
        for own in (slice(0, None, 2), slice(1, None, 2))
    )
    return one, other
