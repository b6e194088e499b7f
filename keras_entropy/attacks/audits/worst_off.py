"""The records that the other pairs of models say are most exposed.

An average over the population hides whom an attack finds nearly always. Which records
these are is told by other pairs of models than the one that is attacked, so that a
target's own accident decides nothing: where answers tell nothing, an attack on these
records is as blind as on all.

One half of the pairs chooses for the other. That all pairs but one choose would find
exposed records a little better, but then every pair chooses nearly the same ones, and
the mean over pairs varies without signal by far more than its pairs show: 2.3 times as
much with 8 pairs, 4.5 times with 32. Pairs of one half are independent given what the
other half chose, so that the mean varies by at most twice as much.

Reference: Aerni, Zhang and Tramer, "Evaluations of Machine Learning Privacy Defenses
are Misleading", CCS 2024, arXiv:2404.17399.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.audits.pair_results import Rates
from keras_entropy.attacks.audits.pooled_rates import share_above
from keras_entropy.attacks.audits.slices import NOWHERE
from keras_entropy.attacks.audits.slices import Partition
from keras_entropy.attacks.scorers.scores import Scores

WORST_OFF = "worst_off"
# The share of the examples that counts as worst off.
SHARE = 0.05


def partition(loss: Floats, membership: Booleans) -> Partition:
    """Returns the slice of the worst-off records of each model.

    A record's exposure to a pair of models is by how much its loss is larger for the
    model that did not train on it. Exposed are the records with the largest mean over
    the other half of the pairs.

    Args:
        loss: Float array `(K, N)`, cross-entropy of the models' answers in nats.
        membership: Boolean array `(K, N)`, models `2j` and `2j + 1` complementary.
    """
    chosen = most_exposed(loss, membership)
    return Partition((WORST_OFF,), np.where(chosen, 0, NOWHERE))


def most_exposed(loss: Floats, membership: Booleans) -> Booleans:
    """Returns which records of each model are worst off, `(K, N)`.

    Args:
        loss: As for `partition`.
        membership: Likewise.
    """
    inside = np.where(membership[0::2], loss[0::2], loss[1::2])
    exposure = np.where(membership[0::2], loss[1::2], loss[0::2]) - inside
    examples = exposure.shape[1]
    count = math.ceil(SHARE * examples)
    chosen = np.zeros(exposure.shape, bool)
    odd = np.arange(len(exposure)) % 2 > 0
    for half in (odd, ~odd):
        others = exposure[~half].mean(axis=0)
        chosen[np.ix_(half, np.argsort(-others, kind="stable")[:count])] = True
    return np.repeat(chosen, 2, axis=0)


def rates(scores: Scores, membership: Booleans, part: Partition) -> Rates:
    """Returns the function from a false positive rate to what an attacker finds.

    Args:
        scores: `Scores` of T models.
        membership: Boolean array `(T, N)`.
        part: The worst-off records, as `partition` gives them.
    """
    values = scores.values
    if scores.folds is not None:
        # Scores of different folds don't compare: no threshold holds for all.
        values = np.full_like(values, np.nan)
    chosen = part.codes != NOWHERE
    return functools.partial(rates_at_population_fpr, values, membership, chosen)


def rates_at_population_fpr(
    scores: Floats, membership: Booleans, chosen: Booleans, fpr: float
) -> tuple[Floats, Floats]:
    """Returns what an attacker finds of the worst off who accuses few of all others.

    The thresholds let the share `fpr` of all non-members through, as in
    `RocFamily.operating_point`; the worst-off records alone would be too few to set
    them.

    Args:
        scores: Float array `(T, N)`, larger for likelier members.
        membership: Boolean array `(T, N)`.
        chosen: Boolean array `(T, N)`, the worst-off records.
        fpr: Float in (0, 1).

    Returns:
        `(TPR, FPR)` among the worst-off records, `(T, 1)` each; NaN where there are too
        few non-members in all, or no record on a side.
    """
    found = np.full((2, len(scores), 1), np.nan)
    for target, (score, inside, slice_) in enumerate(
        zip(scores, membership, chosen, strict=True)
    ):
        outside = np.sort(score[~inside])[::-1]
        if np.isnan(score).any():
            continue
        for kind, side in enumerate((inside & slice_, ~inside & slice_)):
            if side.any():
                found[kind, target] = share_above(outside, fpr, score[side])
    tpr, fpr_reached = found
    return tpr, fpr_reached
