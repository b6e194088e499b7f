"""Claim D1: attacks whose shadow models are unlike the target."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from eval_suite.doctor.claims import SHADOWS
from eval_suite.doctor.comparing import mean_effect
from eval_suite.results.doctor.rows import ComparisonRow
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.audits.target_scoring import target_scorer
from keras_entropy.attacks.shadows import Shadows
from keras_entropy.attacks.signals import compute_signals

ATTACKS = {"lira_online": "LiRA", "rmia_online": "RMIA"}


def compare(
    targets: Array,
    others: Mapping[str, Array],
    labels: Integers,
    membership: Booleans,
    seed: int,
) -> list[ComparisonRow]:
    """Returns the comparisons of D1.

    Args:
        targets: Float array `(K, N, C)`: what the targets answer; for each the others
            but its partner are the shadow models that are like it.
        others: By what is other about them, what other shadow models on the same halves
            answer, as many.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`, of complementary pairs.
        seed: Integer.
    """
    own = shadow_aucs(targets, targets, labels, membership, list(ATTACKS), seed)
    rows = []
    for title, shadows in others.items():
        found = shadow_aucs(targets, shadows, labels, membership, list(ATTACKS), seed)
        for attack, name in ATTACKS.items():
            effect = mean_effect(
                found[attack] - own[attack], confidence=SHADOWS.confidence
            )
            rows.append(SHADOWS.compared(f"{title}: {name}", effect))
    return rows


def shadow_aucs(
    targets: Array,
    shadows: Array,
    labels: Integers,
    membership: Booleans,
    attacks: Sequence[str],
    seed: int,
) -> dict[str, Floats]:
    """Returns the AUC of attacks on each pair of targets, by given shadow models.

    Shadow models that were trained on the halves of a target's own pair are left out.

    Args:
        targets: Float array `(K, N, C)`.
        shadows: Float array `(K, N, C)`, of models on the same halves.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`, of complementary pairs.
        attacks: Names of attacks.
        seed: Integer.

    Returns:
        By attack, floats `(K / 2,)`.
    """
    found: dict[str, list[float]] = {attack: [] for attack in attacks}
    for k, member in enumerate(membership):
        away = np.arange(len(membership)) // 2 != k // 2
        score = target_scorer(
            compute_signals(targets[k : k + 1], labels),
            member[None],
            Shadows(shadows[away], membership[away]),
            seed,
        )
        for attack in attacks:
            found[attack].append(roc_auc_score(member, score(attack).values[0]))
    return {
        attack: np.asarray(aucs).reshape(-1, 2).mean(axis=1)
        for attack, aucs in found.items()
    }
