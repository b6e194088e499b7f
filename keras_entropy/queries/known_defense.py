"""How an attacker who knows the layer changes answers before attacking them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.attacks.adaptive_attacks import average_queries
from keras_entropy.layers.defense import Defense

# How often the attacker asks.
QUERIES = (10, 100)


@dataclasses.dataclass(frozen=True)
class Way:
    """One thing to do first.

    Args:
        name: Name for people, such as `"inverse"`.
        change: Function from answers `(..., C)` to what is attacked in their place.
        of_undefended: Whether it takes what the undefended models answer, because it
            asks the layer itself, or else the defended answers.
    """

    name: str
    change: Callable[[Floats], Floats]
    of_undefended: bool

    def attacked(self, defended: Floats, undefended: Floats) -> Floats:
        """Returns the answers that are attacked in place of `defended`.

        Args:
            defended: Array `(..., C)`: answers behind the layer.
            undefended: Array `(..., C)`: answers of the same models without it.
        """
        return self.change(undefended if self.of_undefended else defended)


def ways(layer: Defense) -> list[Way]:
    """Returns all: a layer that can be undone is, and a random one is asked again."""
    found = []
    if layer.is_invertible:
        found.append(Way("inverse", layer.invert, of_undefended=False))
    if not layer.claims.deterministic:
        for queries in QUERIES:
            asked = functools.partial(averaged_answers, layer, queries=queries)
            found.append(Way(f"repeat{queries}", asked, of_undefended=True))
    return found


def averaged_answers(layer: Defense, outputs: Floats, *, queries: int) -> Floats:
    """Returns the mean of a random layer's answers to the same question.

    Args:
        layer: A layer that isn't deterministic.
        outputs: Array `(..., C)`: what the undefended models answer.
        queries: How often the question is asked.
    """
    rows = np.asarray(outputs, "float32")
    return average_queries(ops.convert_to_numpy(layer(rows)) for _ in range(queries))
