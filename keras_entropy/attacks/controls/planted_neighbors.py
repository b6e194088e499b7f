"""Labels around examples of which the truth is known: robustness without confidence.

A model keeps its label up to a distance from each example, its margin. Members have
larger margins. Answers tell the label alone, so that one question about an example
tells next to nothing, and many tell the margin.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.neighbors import NeighborSums

# What the predicted label gets: the same however large the margin is.
_CONFIDENCE = 0.95
# Margins about those of a non-member of mean difficulty.
_CENTRE = 2.0
_QUESTIONS = 40
_FAMILIES = ("near", "far")


class RobustGame(NamedTuple):
    """The arguments of `audit_game`."""

    outputs: Floats
    labels: Integers
    membership: Booleans
    neighbors: Neighbors


class RobustSides(NamedTuple):
    """The arguments of `audit_outputs`."""

    sides: planted.Sides
    neighbors: Neighbors


def noise_neighbors(
    models: int, labels: Integers, rng: np.random.Generator
) -> Neighbors:
    """Returns answers of models whose margins have nothing to do with membership.

    Examples have a difficulty of their own, as real ones do.
    """
    difficulty = rng.normal(size=labels.size)
    spread = rng.normal(0, planted.GAME_NOISE, (models, labels.size))
    return _asked(_CENTRE + difficulty + spread, labels)


def robust_game(rng: np.random.Generator) -> RobustGame:
    """Returns a game in which difficulty, shift of members and noise make the margin.

    The margins are what `planted.planted_game` has as confidences.
    """
    margins, labels, membership = planted.shifted_game(rng)
    own = _answers(margins, 0.0, labels)
    return RobustGame(own, labels, membership, _asked(margins, labels))


def robust_sides(rng: np.random.Generator) -> RobustSides:
    """Returns both sides of one target: members' margins are shifted by `SHIFT`."""
    members, nonmembers = 4000, 2000
    labels = rng.integers(0, planted.CLASSES, members + nonmembers)
    inside = np.arange(labels.size) < members
    margins = rng.normal(_CENTRE + planted.SHIFT * inside, 1)[None]
    own = _answers(margins, 0.0, labels)[0]
    sides = planted.Sides(own[inside], labels[inside], own[~inside], labels[~inside])
    return RobustSides(sides, _asked(margins, labels))


def plain_sides() -> float:
    """Returns the AUC on `robust_sides` of the share of right labels, or any of it.

    The share tells between which two distances the margin lies, and no more.
    """
    return _auc_of_shares(spread=1.0)


def plain_game() -> float:
    """Returns the AUC on `robust_game` of a share that knows no difficulty."""
    return _auc_of_shares(spread=float(np.hypot(1, planted.GAME_NOISE)))


def _auc_of_shares(spread: float) -> float:
    edges = np.r_[-np.inf, _distances(), np.inf]
    inside, outside = (
        np.diff(stats.norm.cdf(edges, _CENTRE + shift, spread))
        for shift in (planted.SHIFT, 0.0)
    )
    below = np.cumsum(outside) - outside
    return float(inside @ (below + outside / 2))


@functools.cache
def _distances() -> Floats:
    """Returns the distances at which is asked, the example's own, 0, among them."""
    ranks = (np.arange(_QUESTIONS) + 0.5) / _QUESTIONS
    scale = np.hypot(1, planted.GAME_NOISE)
    found = stats.norm.ppf(ranks, _CENTRE + planted.SHIFT / 2, scale)
    return np.sort(found)


def _asked(margins: Floats, labels: Integers) -> Neighbors:
    """Returns the answers to questions at all distances, in two families by turns."""
    sums = NeighborSums(labels)
    for number, distance in enumerate(_distances()):
        family = _FAMILIES[number % len(_FAMILIES)]
        sums.add(family, _answers(margins, float(distance), labels))
    return sums.result()


def _answers(margins: Floats, distance: float, labels: Integers) -> Floats:
    """Returns label-only answers `(K, N, C)` at a distance from each example."""
    classes = planted.CLASSES
    predicted = np.where(margins > distance, labels, (labels + 1) % classes)
    rest = (1 - _CONFIDENCE) / (classes - 1)
    return np.where(np.eye(classes, dtype=bool)[predicted], _CONFIDENCE, rest)
