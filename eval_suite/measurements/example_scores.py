"""Attack scores of each example of one model, and how two attacks differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

from eval_suite.subjects.one_target import OneTarget
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.attacks import Shadows
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.paired_differences import ExampleScores

INVERSE = "inverse:"


def scores_of(
    subject: OneTarget, name: str, attacks: Sequence[str], *, seed: int
) -> dict[str, ExampleScores]:
    """Returns the scores of attacks on one defense.

    Args:
        subject: The model and its two sets of examples.
        name: Name of the defense, or `"base"`.
        attacks: Names of attacks on its outputs, or on its inverse (`inverse:loss`).
            Others are left out: those through repeated queries.
        seed: Seed of the attacks' folds, the comparison's own.

    Returns:
        By attack, as `attack_scores`: members first.
    """
    labels = subject.members.y, subject.nonmembers.y
    outputs = subject.outputs(name)
    plain = [attack for attack in attacks if ":" not in attack or _is_per_class(attack)]
    shadows = subject.shadows(name)
    scores = attack_scores(outputs, labels, plain, shadows=shadows, seed=seed)
    undoing = [attack for attack in attacks if attack.startswith(INVERSE)]
    if undoing:
        layer = catalog.get(name).create()
        undone = tuple(layer.invert(side) for side in outputs)
        inner = [attack.removeprefix(INVERSE) for attack in undoing]
        theirs = answering(shadows, layer.invert)
        found = attack_scores(undone, labels, inner, shadows=theirs, seed=seed)
        scores |= {INVERSE + attack: own for attack, own in found.items()}
    return scores


def answering(
    shadows: Shadows | None, change: Callable[[Array], Array]
) -> Shadows | None:
    """Returns the shadows with other answers, changed as the target's are."""
    if shadows is None:
        return None
    return dataclasses.replace(shadows, outputs=change(shadows.outputs))


def _is_per_class(attack: str) -> bool:
    return attack.startswith("per_class:")
