"""The design: recipes that differ in all that makes a model overfit more or less."""

from __future__ import annotations

import collections
import dataclasses
import itertools

import numpy as np

from eval_suite.datasets.datasets import REFERENCE_SHARE

# Models of each cell: two pairs to measure, and two pairs to tell about.
MODELS = 8
CELLS = 60
FEWEST_CELLS = 8
_WIDTHS = (16, 64, 128, 512)
_EPOCHS = (5, 10, 20, 50)
_SIZES = (200, 400, 763)
_PLAIN = ("none", "l2", "dropout", "label smoothing", "noise")
# Shifts a picture, so it takes inputs that are pictures.
SHIFT = "shift"
# The drawing is part of the design, and the same for every run and dataset.
_SEED = 0


@dataclasses.dataclass(frozen=True)
class Cell:
    """One recipe.

    Args:
        width: Integer, units of the first hidden layer; the second has half of them.
        epochs: Integer, passes over the training set.
        regularization: String, what keeps the model from overfitting.
        size: Integer, examples in a training set.
    """

    width: int
    epochs: int
    regularization: str
    size: int

    @property
    def examples(self) -> int:
        """Examples of the dataset that it takes, the reference included."""
        return examples_for(self.size)


def examples_for(size: int) -> int:
    """Returns how many examples a training set takes: as many others, and a reference.

    Args:
        size: Integer, examples in a training set.
    """
    return int(np.ceil(2 * size / (1 - REFERENCE_SHARE)))


def draw_cells(examples: int, *, images: bool, cells: int = CELLS) -> list[Cell]:
    """Returns cells in which the levels of each factor are about equally frequent.

    A part of all combinations, drawn once: the same for the same arguments.

    Args:
        examples: Integer, how many examples the dataset has.
        images: Boolean, whether they are pictures, which can be shifted.
        cells: Integer, how many cells are wanted. Defaults to 60.

    Raises:
        ValueError: If the dataset is too small for the smallest training set, or fewer
            than 8 cells are asked for.
    """
    if cells < FEWEST_CELLS:
        raise ValueError(
            f"A correlation over recipes takes at least {FEWEST_CELLS} cells. "
            f"Received: {cells}"
        )
    sizes = [size for size in _SIZES if examples_for(size) <= examples]
    if not sizes:
        raise ValueError(
            f"--profile doctor trains on {_SIZES[0]} examples at least, and scores as "
            f"many others: it takes a dataset of {examples_for(_SIZES[0])} examples. "
            f"Received: {examples}"
        )
    regularizations = (*_PLAIN, SHIFT) if images else _PLAIN
    rng = np.random.default_rng(_SEED)
    product = list(itertools.product(_WIDTHS, _EPOCHS, regularizations, sizes))
    # Shuffled, so that what decides between equally rare levels is chance.
    waiting = [Cell(*product[i]) for i in rng.permutation(len(product))]
    drawn: list[Cell] = []
    seen: collections.Counter[tuple[str, object]] = collections.Counter()
    for _ in range(min(cells, len(waiting))):
        rarest = min(
            waiting, key=lambda cell: sum(seen[level] for level in _levels(cell))
        )
        waiting.remove(rarest)
        drawn.append(rarest)
        seen.update(_levels(rarest))
    return drawn


def _levels(cell: Cell) -> list[tuple[str, object]]:
    return list(dataclasses.asdict(cell).items())
