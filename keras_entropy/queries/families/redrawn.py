"""Copies in which some features are drawn anew."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.families.words import Texts


class Redrawn(Family):
    """Gives each feature, with a probability, the value that another example has there.

    Texts are features of one word after the other: another text in its place would be
    another example.

    Args:
        probability: Float.
        reference: Array `(M, ...)`: the other examples.
        seed: Integer.
    """

    def __init__(self, probability: float, reference: Array, seed: int) -> None:
        super().__init__(f"redrawn-{probability}", seed)
        self._probability = probability
        self._reference = reference
        self._texts = Texts(reference)

    def question(self, x: Array, y: Integers, number: int) -> Array:
        generators = [self.generator(number, part) for part in range(3)]
        neighbors = redrawn(x, self._reference, self._probability, *generators[:2])
        return self._texts.redrawn(x, neighbors, self._probability, generators[2])


def redrawn(
    x: Array,
    reference: Array,
    probability: float,
    which: np.random.Generator,
    whose: np.random.Generator,
) -> Array:
    """Returns a copy in which features are redrawn from their marginal.

    Args:
        x: Array `(N, ...)`.
        reference: Array `(M, ...)` of the same type.
        probability: Float, of a feature to be redrawn.
        which: Draws the features.
        whose: Draws the examples of the reference that give their values.
    """
    # Strings have no fixed width: none is cut.
    kept = np.promote_types(x.dtype, reference.dtype)
    neighbors = x.astype(kept)
    drawn = which.random(x.shape, np.float32) < probability
    _, *features = np.nonzero(drawn)
    donors = whose.integers(len(reference), size=int(drawn.sum()))
    neighbors[drawn] = reference[(donors, *features)]
    return neighbors
