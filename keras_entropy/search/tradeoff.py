"""Protection and cost of a layer or another training, in one membership game."""

from __future__ import annotations

from collections.abc import Iterator

from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.queries.known_defense import ways
from keras_entropy.search.candidates import CANDIDATES
from keras_entropy.search.candidates import NO_DEFENSE
from keras_entropy.search.candidates import Candidate
from keras_entropy.search.points import Point
from keras_entropy.search.points import worth
from keras_entropy.search.retraining import Retrained
from keras_entropy.search.retraining import Retraining
from keras_entropy.search.undefended_game import Game
from keras_entropy.search.undefended_game import answers_of


def evaluate(candidate: Candidate | None, game: Game, *, seed: int = 0) -> Point:
    """Returns what a candidate is worth on the undefended models of a game.

    Args:
        candidate: A layer, or `None` for no defense.
        game: The undefended models.
        seed: Integer. Defaults to `0`.
    """
    if candidate is None:
        return worth(
            NO_DEFENSE,
            game.outputs,
            game.outputs,
            game.labels,
            game.membership,
            list(_through_invertible_layers(game.outputs)),
            neighbors=game.neighbors,
            seed=seed,
        )
    layer = candidate.create()
    answer = answers_of(layer, game)
    defended = answer(game.outputs)
    adapted = [(way.name, way.attacked(defended, game.outputs)) for way in ways(layer)]
    return worth(
        candidate.name,
        defended,
        game.outputs,
        game.labels,
        game.membership,
        adapted,
        neighbors=game.neighbors_behind(answer),
        seed=seed,
    )


def evaluate_retrained(
    found: Retrained, retraining: Retraining, game: Game, *, seed: int = 0
) -> Point:
    """Returns what the models of a game are worth after another training.

    Args:
        found: The models.
        retraining: What trained them.
        game: The undefended models, of the same examples.
        seed: Integer. Defaults to `0`.
    """
    outputs = found.answer(retraining.data.x)
    # As for no defense: an attacker may put an invertible layer behind any model.
    # What a table answers has few values, to which such layers add nothing.
    table = issubclass(found.entry.layer, FittedDefense)
    table = table and not found.entry.claims.injective
    return worth(
        found.entry.name,
        outputs,
        game.outputs,
        game.labels,
        game.membership,
        [] if table else list(_through_invertible_layers(outputs)),
        neighbors=retraining.ask(found.answer),
        seed=seed,
    )


def _through_invertible_layers(outputs: Floats) -> Iterator[tuple[str, Floats]]:
    """Yields answers behind each candidate that can be undone, and its name.

    An attacker of the bare model can put such a layer behind it, and some attacks are
    stronger there.
    """
    for candidate in CANDIDATES:
        layer = candidate.create()
        if layer.is_invertible:
            yield candidate.name, ops.convert_to_numpy(layer(outputs))
