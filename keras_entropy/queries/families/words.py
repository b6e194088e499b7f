"""Texts with some words drawn anew."""

from __future__ import annotations

import re

import numpy as np

from keras_entropy.arrays import Array

_SPACE = re.compile(r"(\s+)")


class Texts:
    """Finds the features that hold texts, and redraws their words.

    Args:
        reference: Array `(M, ...)`, of strings or anything else.
    """

    def __init__(self, reference: Array) -> None:
        columns = reference.reshape(len(reference), -1)
        holds_strings = reference.dtype.kind in "UO"
        self._words = {
            column: np.array(words, object)
            for column in range(columns.shape[1] if holds_strings else 0)
            if (words := _words(columns[:, column].tolist()))
        }

    def redrawn(
        self,
        x: Array,
        neighbors: Array,
        probability: float,
        generator: np.random.Generator,
    ) -> Array:
        """Returns the neighbors, with the texts of `x` in which words are redrawn.

        Args:
            x: Array `(N, ...)`.
            neighbors: Array `(N, ...)`, redrawn by features.
            probability: Float, of a word to be redrawn.
            generator: Draws the words, and which.
        """
        if not self._words:
            return neighbors
        # The width of strings is found again when the texts are there.
        texts = neighbors.astype(object)
        flat, given = texts.reshape(len(x), -1), x.reshape(len(x), -1)
        for row in range(len(x)):
            for column, words in self._words.items():
                if not isinstance(given[row, column], str):
                    continue
                parts = _SPACE.split(given[row, column])
                for part in range(0, len(parts), 2):
                    if parts[part] and generator.random() < probability:
                        parts[part] = words[generator.integers(len(words))]
                flat[row, column] = "".join(parts)
        return texts.astype(neighbors.dtype.kind if x.dtype.kind == "U" else object)


def _words(values: list[object]) -> list[str]:
    """Returns all words of a feature that holds texts, nothing of another.

    Texts have several words and are hardly ever the same; "New York" is a category.
    """
    split = [value.split() for value in values if isinstance(value, str)]
    several = sum(len(words) > 1 for words in split)
    distinct = len({tuple(words) for words in split})
    if 2 * min(several, distinct) <= len(values):
        return []
    return [word for words in split for word in words]
