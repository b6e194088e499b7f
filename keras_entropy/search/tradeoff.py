"""Protection and cost of a candidate, in one membership game."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_entropy import attacks
from keras_entropy import prediction_quality
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.adaptive_attacks import adaptive_results
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.queries.known_defense import ways
from keras_entropy.search.candidates import CANDIDATES
from keras_entropy.search.candidates import NO_DEFENSE
from keras_entropy.search.candidates import Candidate

SEARCH_ATTACKS = (
    "loss",
    "modified_entropy",
    "label_only",
    "lira_online",
    "rmia_online",
    "rmia_tempered",
)


@dataclasses.dataclass(frozen=True)
class Point:
    """Protection and cost of a candidate, in one membership game.

    Args:
        name: Name of the candidate.
        attack: The strongest attack, an adaptive one included.
        pair_auc: float64 array `(pairs,)`: the AUC of the attack chosen on the other
            half of the pairs.
        accuracy: float64 array `(pairs,)`, on non-members.
        nll: float64 array `(pairs,)`, on non-members, in nats.
        ece: float64 array `(pairs,)`, on non-members, over 15 bins.
        keeps_argmax: Boolean, whether no predicted class changed on any row.
    """

    name: str
    attack: str
    pair_auc: Floats
    accuracy: Floats
    nll: Floats
    ece: Floats
    keeps_argmax: bool


@dataclasses.dataclass(frozen=True)
class Game:
    """The undefended models of a membership game.

    Args:
        outputs: float32 array `(K, N, C)`: the answers of K models.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`, of complementary pairs.
        reference_answers: Function from a layer that is to be fitted to float32
            `(K, R, C)`: the models' answers to the layer's `queries` on the reference
            inputs.
        reference_labels: Integer array `(R,)`.
    """

    outputs: Floats
    labels: Integers
    membership: Booleans
    reference_answers: Callable[[FittedDefense], Floats]
    reference_labels: Integers


def evaluate(candidate: Candidate | None, game: Game, *, seed: int = 0) -> Point:
    """Returns what a candidate is worth on the undefended models of a game.

    Args:
        candidate: A layer, or `None` for no defense.
        game: The undefended models.
        seed: Integer. Defaults to `0`.
    """
    if candidate is None:
        name, defended = NO_DEFENSE, game.outputs
        adapted = _through_invertible_layers(game.outputs)
    else:
        name, layer = candidate.name, candidate.create()
        defended = answers = _defended(layer, game)
        adapted = (
            (way.name, way.attacked(answers, game.outputs)) for way in ways(layer)
        )
    return worth(
        name, defended, game.outputs, game.labels, game.membership, adapted, seed=seed
    )


def worth(
    name: str,
    defended: Floats,
    undefended: Floats,
    labels: Integers,
    membership: Booleans,
    adapted: Iterable[tuple[str, Floats]] = (),
    *,
    seed: int = 0,
) -> Point:
    """Returns what answers protect and are worth, whatever made them.

    Args:
        name: Name for people.
        defended: float32 array `(K, N, C)`: what K defended models answer.
        undefended: Array of the same shape: what they answer without the defense.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`, of complementary pairs.
        adapted: The answers that an attacker who knows the defense attacks as well:
            the name of each way, and an array of the same shape. Defaults to none.
        seed: Integer. Defaults to `0`.
    """
    results = list(_audit(defended, labels, membership, seed))
    for way, answers in adapted:
        results += adaptive_results(_audit(answers, labels, membership, seed), way)
    headline = attacks.game_headline(results)
    if headline.pair_auc is None:
        raise ValueError(
            "The attacks must be on complementary pairs of models. Received: a "
            f"headline without `pair_auc`, of {headline.attack}"
        )
    figures = np.array(
        [
            _quality(answer[~members], labels[~members])
            for answer, members in zip(defended, membership, strict=True)
        ]
    )
    accuracy, nll, ece = figures.reshape(-1, 2, 3).mean(axis=1).T
    first = undefended.argmax(axis=-1)[..., None]
    winners = np.take_along_axis(defended, first, axis=-1)[..., 0]
    return Point(
        name=name,
        attack=headline.attack,
        pair_auc=headline.pair_auc,
        accuracy=accuracy,
        nll=nll,
        ece=ece,
        keeps_argmax=bool((winners == defended.max(axis=-1)).all()),
    )


def _quality(outputs: Floats, labels: Integers) -> tuple[float, float, float]:
    """Returns accuracy, NLL in nats and ECE."""
    return (
        prediction_quality.accuracy(outputs, labels),
        prediction_quality.nll(outputs, labels),
        prediction_quality.expected_calibration_error(outputs, labels),
    )


def dominated(points: Sequence[Point]) -> list[bool]:
    """Returns for each point whether another is as good on AUC, accuracy and NLL.

    And better on one of them. Differences of less than 0.001 in AUC or in accuracy and
    of less than 1 % in NLL count as none.
    """
    figures = np.array(
        [[p.pair_auc.mean(), -p.accuracy.mean(), p.nll.mean()] for p in points]
    )
    slack = np.stack(
        [
            np.full(len(points), 1e-3),
            np.full(len(points), 1e-3),
            0.01 * np.maximum(figures[:, 2], 1e-3),
        ],
        axis=-1,
    )
    # `[i, j]`: j against i.
    as_good = (figures[None] <= figures[:, None] + slack[:, None]).all(axis=-1)
    better = (figures[None] < figures[:, None] - slack[:, None]).any(axis=-1)
    return (as_good & better).any(axis=1).tolist()


def _through_invertible_layers(outputs: Floats) -> Iterator[tuple[str, Floats]]:
    """Yields answers behind each candidate that can be undone, and its name.

    An attacker of the bare model can put such a layer behind it, and some attacks are
    stronger there.
    """
    for candidate in CANDIDATES:
        layer = candidate.create()
        if layer.is_invertible:
            yield candidate.name, ops.convert_to_numpy(layer(outputs))


def _defended(layer: Defense, game: Game) -> Floats:
    if not isinstance(layer, FittedDefense):
        return ops.convert_to_numpy(layer(game.outputs))
    defended = []
    reference = game.reference_answers(layer)
    for fit, rows, inside in zip(reference, game.outputs, game.membership, strict=True):
        members = rows[inside] if layer.needs_members else None
        layer.fit(fit, game.reference_labels, members=members)
        defended.append(ops.convert_to_numpy(layer(rows)))
    return np.stack(defended)


def _audit(
    outputs: Floats, labels: Integers, membership: Booleans, seed: int
) -> list[attacks.AttackResult]:
    audit = attacks.audit_game(
        outputs, labels, membership, attacks=SEARCH_ATTACKS, seed=seed
    )
    return audit.attacks
