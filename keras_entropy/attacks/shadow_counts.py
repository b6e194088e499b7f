"""The gain of an attacker with more shadow models."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.audits.pair_results import pair_inflation
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.shadow.shadow_attack_table import SHADOW_SCORERS
from keras_entropy.attacks.scorers.shadow.shadow_scorer import ShadowScorer
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.roc import RocFamily

DEFAULT_ATTACKS = ("lira_online", "lira_offline", "rmia_online")


@dataclasses.dataclass(frozen=True)
class ShadowCount:
    """The AUC of one attack with so many shadow models.

    Attributes:
        attack: String.
        shadows: Integer, the number of shadow models of each target.
        auc: Float, the mean over all targets.
        auc_low: Float, lower end of its interval over the pairs of targets.
        auc_high: Float, upper end.
    """

    attack: str
    shadows: int
    auc: float
    auc_low: float
    auc_high: float


def auc_by_shadows(
    outputs: Array,
    labels: Array,
    membership: Array,
    *,
    attacks: Sequence[str] = DEFAULT_ATTACKS,
    confidence: float = 0.95,
) -> list[ShadowCount]:
    """Attacks every model of a game with 2, 4, 8, ... of the others as its shadows.

    The shadows of a pair of targets are the pairs that follow it, round the circle:
    with more of them come those that were there with fewer.

    Args:
        outputs: Float array `(K, N, C)` of probabilities, as for `audit_game`.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`; models `2j` and `2j + 1` are complementary.
        attacks: Names out of `SHADOW_ATTACKS`.
        confidence: Float in (0, 1), of the t intervals.

    Returns:
        List of `ShadowCount`: for each attack the powers of two below K - 2, and K - 2,
        which is all that there are.

    Raises:
        ValueError: As for `audit_game`.
    """
    array_checks.check_confidence(confidence)
    signals = compute_signals(outputs, labels)
    plan = array_checks.check_membership(membership, signals.targets, signals.examples)
    models = len(plan)
    counts = [2**i for i in range(1, models.bit_length()) if 2**i < models - 2]
    found = []
    for name in attacks:
        scorer, answers = SHADOW_SCORERS[name], SHADOW_SCORERS[name].read(signals)
        inflation = pair_inflation(ATTACK_TABLE[name].learns_from_pairs, models)
        for shadows in [*counts, models - 2]:
            aucs = _pair_aucs(scorer, answers, plan, shadows)
            auc, low, high = intervals.mean_interval(aucs, confidence, inflation)
            found.append(
                ShadowCount(
                    name,
                    shadows,
                    float(auc),
                    max(0.0, float(low)),
                    min(1.0, float(high)),
                )
            )
    return found


def _pair_aucs(
    scorer: ShadowScorer, answers: Floats, plan: Booleans, shadows: int
) -> Floats:
    """Returns the mean AUC of each pair of targets, `(K / 2,)`."""
    models = len(plan)
    aucs = []
    for first in range(0, models, 2):
        # In order, so that all shadows are summed as in the game: ties may hang on it.
        rows = np.sort((first + np.arange(shadows + 2)) % models)
        start = int(np.searchsorted(rows, first))
        scores = scorer.score_game(answers[..., rows, :], plan[rows])
        pair = slice(start, start + 2)
        values = scores.values[pair]
        # None is excluded: of each pair of shadows one holds an example and one does
        # not.
        roc = RocFamily(
            values.ravel(),
            plan[first : first + 2].ravel(),
            np.indices(values.shape)[0].ravel(),
            2,
        )
        aucs.append(roc.auc().mean())
    return np.array(aucs)
