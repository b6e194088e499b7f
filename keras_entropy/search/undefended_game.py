"""The undefended models of a membership game, to be asked behind any layer."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.queries.behind_layer import Ask
from keras_entropy.queries.behind_layer import ask_behind_layer
from keras_entropy.queries.layer_answers import LayerAnswers


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
        questions: Integer, questions about neighbors of each example. Defaults to 0:
            the attacker asks once.
        ask: Function that puts so many questions to what answers; takes the number,
            and a function from the undefended models' answers `(K, N, C)` to those that
            are attacked. Needed where `questions` is above 0.
    """

    outputs: Floats
    labels: Integers
    membership: Booleans
    reference_answers: Callable[[FittedDefense], Floats]
    reference_labels: Integers
    questions: int = 0
    ask: Ask | None = None

    @functools.cached_property
    def neighbors(self) -> Neighbors | None:
        """What the undefended models answer to neighbors of the examples."""
        if self.ask is None or not self.questions:
            return None
        return self.ask(_unchanged, self.questions)

    def neighbors_behind(self, answer: Callable[[Floats], Floats]) -> Neighbors | None:
        """Returns what the models answer to neighbors behind a layer.

        Args:
            answer: Function from the undefended models' answers to the layer's.
        """
        known = self.neighbors
        if self.ask is None or known is None:
            return None
        return ask_behind_layer(self.ask, self.questions, answer, _unchanged, known)


def _unchanged(answers: Floats) -> Floats:
    return answers


def answers_of(layer: Defense, game: Game) -> Callable[[Floats], Floats]:
    """Returns the function from undefended answers `(K, N, C)` to the layer's.

    A layer that is fitted is so for each model by itself.
    """
    if not isinstance(layer, FittedDefense):
        return LayerAnswers(layer)
    fits = []
    reference = game.reference_answers(layer)
    for fit, rows, inside in zip(reference, game.outputs, game.membership, strict=True):
        members = rows[inside] if layer.needs_members else None
        layer.fit(fit, game.reference_labels, members=members)
        fits.append(layer.get_weights())
    return LayerAnswers(layer, fits)
