"""How much work a run does."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Profile:
    """The size of the membership game.

    Args:
        name: Name on the command line.
        models: K, the number of models, even; each is the target in turn.
        examples: Examples that are used at most, reference included.
        epochs: Epochs that each model is trained for.
        batch_size: Examples in a batch.
        latency_rounds: Rounds of alternating blocks that a latency ratio is the
            median of.
        attacks: Names of the attacks on each model of the game.
    """

    name: str
    models: int
    examples: int
    epochs: int
    batch_size: int
    latency_rounds: int
    attacks: tuple[str, ...]


QUICK = (
    "loss",
    "confidence",
    "entropy",
    "modified_entropy",
    "label_only",
    "logistic",
    "lira_online",
    "lira_offline",
    "rmia_online",
    "rmia_offline",
    "rmia_tempered",
    "shadow_stacked",
    "difficulty_offset",
)
# What the study ran, and the label-only floor. One target has no shadows.
_STUDY = (*QUICK[:6], "mlp", "knn")
# Learners that cost more than all the others together, on every model.
SLOW = ("mlp", "knn", "forest")

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", 16, 12_000, 50, 32, latency_rounds=40, attacks=QUICK),
        Profile(
            "full", 64, 12_000, 50, 32, latency_rounds=120, attacks=(*QUICK, *SLOW)
        ),
        # The study's question; the recipes that it compares have sizes of their own.
        Profile("doctor", 16, 3_600, 50, 32, latency_rounds=40, attacks=QUICK),
        # 60,000 members against 10,000 non-members, on MNIST and its successors.
        Profile("study", 1, 70_000, 20, 1280, latency_rounds=40, attacks=_STUDY),
    )
}
