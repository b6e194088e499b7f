"""Images shifted by half a pixel."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.families.input_space import InputSpace

# Down and right.
DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1))


class HalfPixelShifts(Family):
    """Shifts images in the eight directions; the border is repeated.

    Args:
        space: What inputs can be.
        axes: The axes of height and width in a batch.
    """

    def __init__(self, space: InputSpace, axes: tuple[int, int]) -> None:
        super().__init__("half-pixel-shifts", most=len(DIRECTIONS))
        self._space = space
        self._axes = axes

    def question(self, x: Array, y: Integers, number: int) -> Array:
        precise = np.float64 if x.dtype.itemsize > 4 else np.float32
        images: Floats = x.astype(precise)
        for axis, direction in zip(self._axes, DIRECTIONS[number], strict=True):
            if direction:
                images = (images + _shifted(images, axis, direction)) / 2
        return self._space.like(images, x)


def _shifted(images: Floats, axis: int, direction: int) -> Floats:
    """Returns images shifted by one pixel."""
    size = images.shape[axis]
    return images.take(np.clip(np.arange(size) - direction, 0, size - 1), axis=axis)
