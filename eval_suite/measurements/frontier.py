"""Privacy against utility: every defense at several strengths, on one game."""

from __future__ import annotations

import dataclasses
from typing import Any

from eval_suite.measurements import strengths
from eval_suite.subjects.membership_game import BASE
from eval_suite.subjects.membership_game import MembershipGame
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.attacks.statistics.intervals import mean_interval
from keras_entropy.queries.known_defense import ways
from keras_entropy.search import candidates
from keras_entropy.search import tradeoff
from keras_entropy.search.tradeoff import Point


@dataclasses.dataclass(frozen=True)
class Frontier:
    """The points of one game.

    Args:
        points: One for each defense and strength, no defense first.
        dominated: For each point, whether another is as good in all and better in
            something.
    """

    points: list[Point]
    dominated: list[bool]

    def get(self, name: str) -> Point:
        """Returns the point of a defense and strength.

        Raises:
            KeyError: If there is none.
        """
        for point in self.points:
            if point.name == name:
                return point
        raise KeyError(f"{name}: no point. Known: {[p.name for p in self.points]}")

    def rows(self) -> list[dict[str, Any]]:
        """Returns plain rows: means over the pairs of models, with 95 % intervals."""
        return [
            {
                "name": point.name,
                "attack": point.attack,
                **_interval("auc", point.pair_auc, ceiling=1.0),
                **_interval("accuracy", point.accuracy, ceiling=1.0),
                **_interval("nll", point.nll),
                **_interval("ece", point.ece, ceiling=1.0),
                "keeps_argmax": point.keeps_argmax,
                "dominated": dominated,
            }
            for point, dominated in zip(self.points, self.dominated, strict=True)
        ]


def play(game: MembershipGame) -> Frontier:
    """Attacks the models of a game behind every defense, at every strength."""
    undefended = tradeoff.Game(
        game.outputs(BASE),
        game.labels,
        game.membership,
        game.reference_answers,
        game.reference.y,
    )
    points = [
        tradeoff.evaluate(candidate, undefended, seed=game.seed)
        for candidate in (
            None,
            *candidates.CANDIDATES,
            *candidates.KEYED_CANDIDATES,
        )
    ]
    points += [_play(game, entry) for entry in strengths.entries()]
    return Frontier(points, tradeoff.dominated(points))


def _play(game: MembershipGame, entry: catalog.Entry) -> Point:
    defended, undefended = game.outputs(entry), game.outputs(BASE)
    # What was trained is attacked as it answers, as in `Comparison`.
    known = [] if entry.recipe else ways(entry.create(seed=game.seed))
    adapted = ((way.name, way.attacked(defended, undefended)) for way in known)
    return tradeoff.worth(
        entry.name,
        defended,
        undefended,
        game.labels,
        game.membership,
        adapted,
        seed=game.seed,
    )


def _interval(
    name: str, values: Array, ceiling: float | None = None
) -> dict[str, float]:
    mean, low, high = mean_interval(values)
    return {
        name: float(mean),
        f"{name}_low": max(0.0, float(low)),
        f"{name}_high": float(high if ceiling is None else min(ceiling, high)),
    }
