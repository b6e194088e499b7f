"""Null controls on the very models that are evaluated.

Made-up data can't show every way in which an attack may read the design of a game
instead of the models. Here answers are real, and only the memberships mean nothing.
"""

from __future__ import annotations

from eval_suite.subjects.answers import PairedModels
from eval_suite.subjects.subject import Subject
from keras_entropy.attacks import NEIGHBOR_ATTACKS
from keras_entropy.attacks import SHADOW_ATTACKS
from keras_entropy.attacks import Control
from keras_entropy.attacks import Neighbors
from keras_entropy.attacks import audit_game
from keras_entropy.attacks.controls.control import SIMULTANEOUS_CONFIDENCE
from keras_entropy.attacks.controls.null_controls import null_control

# Real games are smaller than made-up ones: of 8 pairs on some hundred examples, an
# interval that holds together with 30 others is eight standard errors to each side,
# and the errors themselves are known to a third. Wider than this it shows nothing.
WIDEST = 0.25


def null_on_models(subject: Subject, *, seed: int = 20262) -> list[Control]:
    """Runs the attacks that compare models where memberships mean nothing.

    Args:
        subject: One with the part `"pairs"`.
        seed: Integer, of the memberships that are drawn. Defaults to a fixed one.

    Returns:
        A control for each attack and kind of data; their intervals hold together at
        99.9 %.
    """
    # Asked once: answers about examples of no model are kept nowhere.
    variants = [
        (variant, models, models.neighbors())
        for variant, models in subject.null_models(seed).items()
    ]
    attacks = [_attacks(models, neighbors) for _, models, neighbors in variants]
    confidence = 1 - (1 - SIMULTANEOUS_CONFIDENCE) / sum(map(len, attacks))
    return [
        null_control(result, variant, widest=WIDEST)
        for (variant, models, neighbors), names in zip(variants, attacks, strict=True)
        for result in audit_game(
            models.outputs,
            models.labels,
            models.membership,
            neighbors=neighbors,
            attacks=names,
            seed=seed,
            confidence=confidence,
        ).attacks
    ]


def _attacks(models: PairedModels, neighbors: Neighbors | None) -> tuple[str, ...]:
    asked = () if neighbors is None else NEIGHBOR_ATTACKS
    return (*(name for name in models.attacks if name in SHADOW_ATTACKS), *asked)
