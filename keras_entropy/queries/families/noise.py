"""Copies with Gaussian noise."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.families.input_space import InputSpace
from keras_entropy.queries.families.redrawn import redrawn

# How often a feature that holds codes is redrawn in the place of such noise.
REDRAWN_BESIDE = {0.3: 0.1, 0.5: 0.2, 0.7: 0.3}


class Noise(Family):
    """Adds noise to what is graded, and redraws what holds codes.

    The noise may leave the range of the reference: cut off there it told less of
    members (digits, label-only AUC .637 for .649 behind label smoothing).

    Args:
        scale: Float, the noise in standard deviations: of a column of a table, of all
            entries of anything else. A key of `REDRAWN_BESIDE`.
        space: What inputs can be.
        reference: Array `(M, ...)` that codes are drawn from.
        seed: Integer.
    """

    def __init__(
        self, scale: float, space: InputSpace, reference: Array, seed: int
    ) -> None:
        super().__init__(f"noise-{scale}", seed)
        self._probability = REDRAWN_BESIDE[scale]
        self._scale = scale
        self._space = space
        self._reference = reference

    def question(self, x: Array, y: Integers, number: int) -> Array:
        precise = np.float64 if x.dtype.itemsize > 4 else np.float32
        noise = self.generator(number).standard_normal(x.shape, precise)
        noise *= np.asarray(self._scale * self._space.spread, precise)
        noise += x
        neighbors = self._space.like(noise, x)
        coded = self._space.coded
        if coded.any():
            neighbors[..., coded] = redrawn(
                x[..., coded],
                self._reference[..., coded],
                self._probability,
                self.generator(number, 1),
                self.generator(number, 2),
            )
        return neighbors
