"""How much work a run does."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Profile:
    """The size of the membership game.

    Args:
        name: Name on the command line.
        models: K, the number of models, even; each is the target in turn.
        epochs: Epochs that each model is trained for.
        batch_size: Examples in a batch.
        latency_rounds: Rounds of alternating blocks that a latency ratio is the
            median of.
    """

    name: str
    models: int
    epochs: int
    batch_size: int
    latency_rounds: int


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", models=16, epochs=50, batch_size=32, latency_rounds=40),
        Profile("full", models=64, epochs=50, batch_size=32, latency_rounds=120),
    )
}
