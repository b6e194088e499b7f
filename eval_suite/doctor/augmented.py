"""Claim D4: augmentation in training, and attackers who know of it."""

from __future__ import annotations

import dataclasses

import numpy as np

from eval_suite.doctor.claims import ADAPTED
from eval_suite.doctor.claims import LOWERED
from eval_suite.doctor.comparing import mean_effect
from eval_suite.doctor.other_shadows import ATTACKS
from eval_suite.doctor.other_shadows import shadow_aucs
from eval_suite.results.doctor.rows import ComparisonRow
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks import NEIGHBOR_ATTACKS
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import game_headline
from keras_entropy.attacks.neighbors import Neighbors


@dataclasses.dataclass(frozen=True)
class Augmented:
    """What models answer that were trained with an augmentation.

    Args:
        name: Of the augmentation.
        outputs: Float array `(K, N, C)`.
        neighbors: What they answer to the augmentation's own draws.
    """

    name: str
    outputs: Array
    neighbors: Neighbors


def compare(
    plain: Array,
    augmented: Augmented,
    labels: Integers,
    membership: Booleans,
    seed: int,
) -> list[ComparisonRow]:
    """Returns the comparisons of D4 for one augmentation.

    Args:
        plain: Float array `(K, N, C)`: what models answer that were trained without.
        augmented: Models on the same halves that were trained with it.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`, of complementary pairs.
        seed: Integer.
    """

    def existing(targets: Array) -> Floats:
        found = shadow_aucs(targets, plain, labels, membership, list(ATTACKS), seed)
        return chosen(np.array(list(found.values())))

    usual = existing(augmented.outputs)
    audit = audit_game(
        augmented.outputs,
        labels,
        membership,
        neighbors=augmented.neighbors,
        attacks=(*ATTACKS, *NEIGHBOR_ATTACKS),
        seed=seed,
    )
    adapted = game_headline(audit.attacks).pair_auc
    if adapted is None:
        raise ValueError("a headline of a game is over pairs")
    return [
        LOWERED.compared(
            augmented.name,
            mean_effect(existing(plain) - usual, confidence=LOWERED.confidence),
        ),
        ADAPTED.compared(
            augmented.name, mean_effect(adapted - usual, confidence=ADAPTED.confidence)
        ),
    ]


def chosen(aucs: Floats) -> Floats:
    """Returns the AUC of the strongest attack on each pair.

    On each half of the pairs that is the attack that was strongest on the other half.

    Args:
        aucs: Floats `(attacks, pairs)`.
    """
    halves = np.array_split(np.arange(aucs.shape[1]), 2)
    found = np.empty(aucs.shape[1])
    for own, other in (halves, halves[::-1]):
        found[own] = aucs[aucs[:, other].mean(axis=1).argmax(), own]
    return found
