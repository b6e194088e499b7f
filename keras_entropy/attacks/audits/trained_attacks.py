"""Whether there are examples enough for attacks that are fitted, before any is made."""

from __future__ import annotations

from collections.abc import Sequence

from keras_entropy.attacks.results import NotMeasured
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.learners.cross_fitting import reason_without_training


def those_that_can_train(
    names: Sequence[str], members: int, nonmembers: int, asked: str | Sequence[str]
) -> tuple[tuple[str, ...], list[NotMeasured]]:
    """Returns the attacks that can be made, and those of all that can't.

    Args:
        names: Names of attacks.
        members: Integer, the fewest of a target.
        nonmembers: Integer, likewise.
        asked: As the user gave them: `"all"` leaves out what can't be made.

    Raises:
        ValueError: If an attack that can't be made was asked for by name.
    """
    reason = reason_without_training(members, nonmembers)
    fitted = [
        name
        for name in names
        if name in ATTACK_TABLE and ATTACK_TABLE[name].needs_folds
    ]
    if reason is None or not fitted:
        return tuple(names), []
    if asked != "all":
        raise ValueError(
            f"`attacks` must be possible with so few examples: {fitted[0]} {reason}. "
            f"Received: attacks={asked!r}"
        )
    kept = tuple(name for name in names if name not in fitted)
    return kept, [NotMeasured(name, reason) for name in fitted]
