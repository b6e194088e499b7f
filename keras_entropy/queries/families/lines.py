"""Points on lines to examples of other classes."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.families.input_space import InputSpace
from keras_entropy.queries.families.nearest import nearest_of_other_classes

# How far along; the points that tell most are asked about first.
POINTS = (0.4, 0.3, 0.5, 0.2, 0.6, 0.7)
_MOST_LINES = 5


class Lines(Family):
    """Goes towards the nearest reference example of each of the five nearest classes.

    Features that hold codes cross over: at 0.4 of the way, four in ten are those of the
    other example.

    Args:
        space: What inputs can be.
        reference: Array `(M, ...)`, and its M classes.
        seed: Integer.

    Raises:
        ValueError: If the reference has fewer than two classes.
    """

    def __init__(
        self, space: InputSpace, reference: tuple[Array, Integers], seed: int
    ) -> None:
        others = len(np.unique(reference[1])) - 1
        if not others:
            raise ValueError(
                "Lines lead to examples of other classes, so that the reference must "
                f"have at least two. Received: class {reference[1][0]} alone"
            )
        self._lines = min(others, _MOST_LINES)
        super().__init__("lines", seed, most=self._lines * len(POINTS))
        self._space = space
        self._reference = reference
        # The distances are the same for all defenses that are asked.
        self._known: tuple[Array, Integers, Integers] | None = None

    def question(self, x: Array, y: Integers, number: int) -> Array:
        point, line = divmod(number, self._lines)
        part = POINTS[point]
        ends = self._reference[0][self._nearest(x, y)[:, line]]
        precise = np.float64 if x.dtype.itemsize > 4 else np.float32
        start = x.astype(precise)
        way = ends.astype(precise) - start
        way *= precise(part)
        neighbors = self._space.like(start + way, x)
        coded = self._space.coded
        if coded.any():
            kept, taken = x[..., coded], ends[..., coded]
            crossed = self.generator(number).random(kept.shape, np.float32) < part
            neighbors[..., coded] = np.where(crossed, taken, kept)
        return neighbors

    def _nearest(self, x: Array, y: Integers) -> Integers:
        if self._known is None or self._known[0] is not x or self._known[1] is not y:
            others, labels = self._reference
            center = others.mean(axis=0, dtype=np.float64)
            found = nearest_of_other_classes(
                self._placed(x, center),
                y,
                (self._placed(others, center), labels),
                self._lines,
            )
            self._known = x, y, found
        return self._known[2]

    def _placed(self, values: Array, center: Floats) -> Floats:
        """Returns float32 `(n, D)` in which distances are taken.

        In units of the deviation, or else the column of a table with the largest
        numbers would decide alone; centered, or else float32 would lose the small.
        """
        spread = np.where(self._space.spread > 0, self._space.spread, 1)
        placed = (values - center) / spread
        return placed.reshape(len(values), -1).astype(np.float32)
