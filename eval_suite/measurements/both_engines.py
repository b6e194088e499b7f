"""TensorFlow Privacy and our own engine on the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from eval_suite.results.rows import EngineRow
from eval_suite.subjects.answers import PairedModels
from keras_entropy.arrays import Array
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics.roc import RocFamily
from keras_entropy.attacks.tf_privacy import TRAINED_ATTACKS
from keras_entropy.attacks.tf_privacy import TfPrivacyResult
from keras_entropy.attacks.tf_privacy import tf_privacy_attacks
from keras_entropy.attacks.tf_privacy import tf_privacy_shadow_scores

# Outputs and labels of members, then of non-members.
Sides = tuple[Array, Array, Array, Array]

# Its trained attackers search a grid: more rows than this take many minutes a defense.
MAX_ROWS = 7000
# The study's situation, 6:1 and ties, and what is left of its artifact without either.
NULL_LAWS = {
    "tied 6:1": ("tied", 6000, 1000),
    "continuous 6:1": ("continuous", 6000, 1000),
    "tied 1:1": ("tied", 3500, 3500),
}
NULL_SEEDS = range(4)
NULL_ATTACKS = ("loss", *TRAINED_ATTACKS)
# All intervals of the null runs hold together with this confidence.
NULL_CONFIDENCE = 0.999


def thinned(sides: Sides, limit: int = MAX_ROWS, *, seed: int) -> Sides:
    """Returns at most `limit` rows, drawn from both sides in their proportion."""
    total = len(sides[0]) + len(sides[2])
    if total <= limit:
        return sides
    rng = np.random.default_rng(seed)

    def drawn(outputs: Array, labels: Array) -> tuple[Array, Array]:
        size = max(1, len(labels) * limit // total)
        rows = rng.choice(len(labels), size, replace=False)
        return outputs[rows], labels[rows]

    return *drawn(*sides[:2]), *drawn(*sides[2:])


def run_both(
    sides: Sides,
    attacks: Sequence[str],
    *,
    seed: int,
    loss_only: bool = False,
    confidence: float = 0.95,
) -> tuple[Audit, list[TfPrivacyResult]]:
    """Runs both engines on the same outputs.

    Args:
        sides: Outputs and labels.
        attacks: Names that both engines know.
        seed: Integer.
        loss_only: Boolean, whether TensorFlow Privacy's trained attackers see the loss
            alone, as in the reference study.
        confidence: Of our intervals; theirs has none.
    """
    theirs = tf_privacy_attacks(*sides, attacks=attacks, loss_only=loss_only, seed=seed)
    ours = audit_outputs(*sides, attacks=attacks, seed=seed, confidence=confidence)
    return ours, theirs


def run_both_on_noise(law: str, seed: int) -> tuple[Audit, list[TfPrivacyResult]]:
    """Runs both engines on data without any membership signal.

    Args:
        law: A key of `NULL_LAWS`.
        seed: Integer, one of `NULL_SEEDS`.
    """
    kind, members, nonmembers = NULL_LAWS[law]
    rng = np.random.default_rng([*map(ord, law), seed])
    outputs, labels = planted.noise(kind, members + nonmembers, rng)
    sides = outputs[:members], labels[:members], outputs[members:], labels[members:]
    runs = len(NULL_LAWS) * len(NULL_SEEDS) * len(NULL_ATTACKS)
    return run_both(
        sides,
        NULL_ATTACKS,
        seed=seed,
        loss_only=True,
        confidence=1 - (1 - NULL_CONFIDENCE) / runs,
    )


def beside_rows(
    audit: Audit, references: Sequence[TfPrivacyResult]
) -> Iterator[EngineRow]:
    """Yields one row for each of their results, with ours beside it."""
    for found in references:
        own = audit.get(found.attack, found.slice)
        yield _beside(own, found.auc, found.advantage)


def shadow_rows(
    models: PairedModels, results: Sequence[AttackResult]
) -> list[EngineRow]:
    """Returns TensorFlow Privacy's LiRA and offset beside ours, over all targets.

    Theirs is scored leave-pair-out as well: leave-one-out would reveal membership.

    Args:
        models: Models behind a defense, all of them targets.
        results: Our own attacks on them.
    """
    confidence = compute_signals(models.outputs, models.labels).confidence
    found = []
    for attack, offset in (("lira_online", False), ("difficulty_offset", True)):
        own = [r for r in results if (r.attack, r.slice) == (attack, "entire")]
        if not own:
            continue
        scores = tf_privacy_shadow_scores(confidence, models.membership, offset=offset)
        # Their densities overflow where an example's shadows all agree.
        curves = [
            RocFamily(np.nan_to_num(values), inside)
            for values, inside in zip(scores, models.membership, strict=True)
        ]
        auc = float(np.mean([curve.auc()[0] for curve in curves]))
        advantage = float(np.mean([curve.advantage()[0] for curve in curves]))
        found.append(_beside(own[0], auc, advantage))
    return found


def _beside(own: AttackResult, auc: float, advantage: float) -> EngineRow:
    """Returns the AUC and advantage of TensorFlow Privacy beside our own result."""
    return {
        "attack": own.attack,
        "auc": auc,
        "advantage": advantage,
        "own_auc": own.auc,
        "own_auc_low": own.auc_low,
        "own_auc_high": own.auc_high,
        "own_advantage": own.advantage,
        "n_members": own.n_members,
        "n_nonmembers": own.n_nonmembers,
    }
