"""What more shadow models buy the attacker."""

import dataclasses

import numpy as np

from keras_entropy.attacks import array_checks
from keras_entropy.attacks.game_audit import pair_inflation
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.scorers.shadow import shadow_attack_table
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.roc import RocFamily
from keras_entropy.attacks.statistics.roc import descending

ATTACKS = ("lira_online", "lira_offline", "rmia_online")


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


def auc_by_shadows(outputs, labels, membership, *, attacks=ATTACKS, confidence=0.95):
    """Attacks every model of a game with 2, 4, 8, ... of the others as its shadows.

    The shadows of a pair of targets are the pairs that follow it, round the circle:
    with more of them come those that were there with fewer.

    Args:
        outputs: Float array `(K, N, C)` of probabilities, as for `audit_game`.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`; models `2j` and `2j + 1` are complementary.
        attacks: Names out of `shadow_attacks.SCORERS`.
        confidence: Float in (0, 1), of the t intervals.

    Returns:
        List of `ShadowCount`: for each attack the powers of two below K - 2, and K - 2,
        which is all that there are.

    Raises:
        ValueError: As for `audit_game`.
    """
    signals = compute_signals(outputs, labels)
    plan = array_checks.check_membership(membership, signals.targets, signals.examples)
    models = len(plan)
    counts = [2**i for i in range(1, models.bit_length()) if 2**i < models - 2]
    found = []
    for name in attacks:
        for shadows in [*counts, models - 2]:
            aucs = _pair_aucs(name, signals.confidence, plan, shadows)
            learns = Scores(aucs, learns_from_pairs=name == "lira_online")
            inflation = pair_inflation(learns, models)
            auc, low, high = intervals.mean_interval(aucs, confidence, inflation)
            found.append(
                ShadowCount(
                    name,
                    shadows,
                    float(auc),
                    float(max(0.0, low)),
                    float(min(1.0, high)),
                )
            )
    return found


def _pair_aucs(name, confidence, plan, shadows):
    """The mean AUC of each pair of targets, `(K / 2,)`."""
    models = len(plan)
    aucs = []
    for first in range(0, models, 2):
        # In order, so that all shadows are summed as in the game: ties may hang on it.
        rows = np.sort((first + np.arange(shadows + 2)) % models)
        start = int(np.searchsorted(rows, first))
        target = slice(start, start + 2)
        scorer = shadow_attack_table.SCORERS[name]
        scores, excluded = scorer(confidence[rows], plan[rows])
        scores, excluded = scores[target], excluded[target]
        codes = np.arange(2)[:, None] + np.zeros(scores.shape, int)
        codes[excluded] = -1
        values = scores.reshape(-1)
        member = plan[first : first + 2].reshape(-1)
        order = descending(values)
        aucs.append(RocFamily(values, member, codes.reshape(-1), 2, order).auc().mean())
    return np.array(aucs)
