"""Synthetic outputs of which the truth is known: no signal, or a planted leak."""

from __future__ import annotations

from typing import Literal
from typing import NamedTuple

import numpy as np
from scipy import special
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

CLASSES = 10
# Planted members are this many standard deviations more confident.
SHIFT = 1.0
# Standard deviation of a game's models about an example's own difficulty, which has 1.
GAME_NOISE = 0.7

_WRONG_SHARE = 0.02
_TIED_SHARE = 0.96
_MODELS, _EXAMPLES = 32, 800

# Where the mass goes that the label does not get: evenly, or to one class.
Rest = Literal["even", "rival"]


class Sides(NamedTuple):
    """The arguments of `audit_outputs`."""

    member_outputs: Floats
    member_labels: Integers
    nonmember_outputs: Floats
    nonmember_labels: Integers


class PlantedGame(NamedTuple):
    """The arguments of `audit_game`."""

    outputs: Floats
    labels: Integers
    membership: Booleans


def optimum() -> float:
    """Returns the AUC of the best attack on `planted`: Phi(shift / sqrt 2)."""
    return float(stats.norm.cdf(SHIFT / np.sqrt(2)))


def rival_gap(centre: float) -> float:
    """Returns the AUC of the gap attack on `planted(centre, "rival")`."""
    right = stats.norm.cdf([centre, centre + SHIFT])
    return float(0.5 + (right[1] - right[0]) / 2)


def plain_game() -> float:
    """Returns the AUC on `planted_game` of an attack that knows no difficulty."""
    return float(stats.norm.cdf(SHIFT / np.sqrt(2 * (1 + GAME_NOISE**2))))


def ideal_game() -> float:
    """Returns the AUC on `planted_game` of an attack that knows every difficulty."""
    return float(stats.norm.cdf(SHIFT / (np.sqrt(2) * GAME_NOISE)))


def noise(law: str, examples: int, rng: np.random.Generator) -> tuple[Floats, Integers]:
    """Returns outputs from one distribution, and labels.

    Args:
        law: String: `continuous`; `tied`, 96 % saturated at exactly 0 and 1;
            `constant`; or `one-hot`, of which 2 % are wrong.
        examples: Integer N.
        rng: `numpy.random.Generator`.

    Returns:
        `(outputs, labels)`: `(N, C)` in float32, as a model gives them, and `(N,)`.
    """
    labels = rng.integers(0, CLASSES, examples)
    return _outputs(law, labels, _base_logits(labels, rng), rng), labels


def noise_game(
    law: str,
    rng: np.random.Generator,
    models: int = _MODELS,
    examples: int = _EXAMPLES,
) -> PlantedGame:
    """Returns a game without a signal: the plan has nothing to do with the outputs.

    Examples have a difficulty of their own, as real ones do.
    """
    labels = rng.integers(0, CLASSES, examples)
    logits = _base_logits(labels, rng)
    logits = logits + rng.normal(0, GAME_NOISE, (models, *logits.shape))
    outputs = _outputs(law, labels, logits, rng)
    return PlantedGame(outputs, labels, _plan(models, examples, rng))


def _base_logits(labels: Integers, rng: np.random.Generator) -> Floats:
    logits = rng.normal(0, 1.5, (labels.size, CLASSES))
    return logits + 2.5 * np.eye(CLASSES)[labels]


def _outputs(
    law: str, labels: Integers, logits: Floats, rng: np.random.Generator
) -> Floats:
    if law == "tied":
        saturated = rng.random((*logits.shape[:-1], 1)) < _TIED_SHARE
        logits = np.where(saturated, 200.0 * np.eye(CLASSES)[labels], logits)
    if law == "constant":
        logits = np.zeros_like(logits)
    if law == "one-hot":
        wrong = rng.random(logits.shape[:-1]) < _WRONG_SHARE
        logits = 200.0 * np.eye(CLASSES)[(labels + wrong) % CLASSES]
    return special.softmax(logits, axis=-1).astype(np.float32)


def _plan(models: int, examples: int, rng: np.random.Generator) -> Booleans:
    """Balanced complementary halves `(K, N)`."""
    half = np.arange(examples) % 2 == 0
    rows = [rng.permutation(half) for _ in range(models // 2)]
    return np.stack([side for row in rows for side in (row, ~row)])


def planted(centre: float, rest: Rest, rng: np.random.Generator) -> Sides:
    """Returns both sides of one target: members' confidence is shifted by `SHIFT`."""
    return Sides(
        *_side(4000, centre + SHIFT, rest, rng), *_side(2000, centre, rest, rng)
    )


def _side(
    examples: int, mean: float, rest: Rest, rng: np.random.Generator
) -> tuple[Floats, Integers]:
    labels = rng.integers(0, CLASSES, examples)
    confidence = rng.normal(mean, 1, examples)
    return with_confidence(confidence, labels, rest), labels


def planted_game(rng: np.random.Generator) -> PlantedGame:
    """Returns a game in which difficulty, shift of members and noise add up."""
    confidence, labels, membership = shifted_game(rng)
    return PlantedGame(with_confidence(confidence, labels, "even"), labels, membership)


def shifted_game(rng: np.random.Generator) -> tuple[Floats, Integers, Booleans]:
    """Returns a number `(K, N)` for each model and example, labels and membership.

    About 2 lie difficulty, shift of members and noise, which add up.
    """
    # Difficulties on the quantiles of the normal distribution: the examples are shared
    # by all targets, so a random draw would move all pairs together.
    quantiles = (np.arange(_EXAMPLES) + 0.5) / _EXAMPLES
    difficulty = rng.permutation(stats.norm.ppf(quantiles))
    labels, membership = (
        rng.integers(0, CLASSES, _EXAMPLES),
        _plan(_MODELS, _EXAMPLES, rng),
    )
    noise = rng.normal(0, GAME_NOISE, membership.shape)
    return 2 + difficulty + SHIFT * membership + noise, labels, membership


def planted_inputs(rng: np.random.Generator) -> tuple[Sides, Floats]:
    """Returns both sides of one target, and inputs that difficulty is smooth in.

    Difficulty, shift of members and noise add up as in `planted_game`.

    Args:
        rng: `numpy.random.Generator`.

    Returns:
        `Sides` and the inputs `(n + m, 2)`, members first.
    """
    members, nonmembers = 3000, 1500
    inputs = rng.uniform(-1, 1, (members + nonmembers, 2))
    # A sine over a whole wave has a mean square of one half.
    difficulty = np.sin(np.pi * inputs).sum(axis=1)
    inside = np.arange(len(inputs)) < members
    noise = rng.normal(0, GAME_NOISE, len(inputs))
    labels = rng.integers(0, CLASSES, len(inputs))
    outputs = with_confidence(2 + difficulty + SHIFT * inside + noise, labels, "even")
    sides = outputs[inside], labels[inside], outputs[~inside], labels[~inside]
    return Sides(*sides), inputs


def with_confidence(confidence: Floats, labels: Integers, rest: Rest) -> Floats:
    """Returns probabilities `(..., C)` of the given logit-scaled confidence."""
    logits = np.zeros((*confidence.shape, CLASSES))
    if rest == "rival":
        rival = (labels + 1) % CLASSES
        logits -= 800.0
        logits[np.arange(labels.size), rival] = 0.0
    else:
        logits -= np.log(CLASSES - 1)
    np.put_along_axis(
        logits,
        np.broadcast_to(labels, confidence.shape)[..., None],
        confidence[..., None],
        axis=-1,
    )
    return special.softmax(logits, axis=-1)
