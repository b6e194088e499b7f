"""The scores that every attack returns, and the one interface of an attack."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.results import ExampleScores
from keras_entropy.attacks.signals import Signals


@dataclasses.dataclass(frozen=True)
class Scores:
    """One score for every example of every target.

    Attributes:
        values: Float64 array `(R, N)`, larger for a likelier member.
        natural: Boolean, whether the attack calls positive scores members by itself.
        folds: Integer array `(R, N)` where scores compare within a fold only.
        excluded: Boolean array `(R, N)`, examples that the attack cannot score.
        fold_correlation: Float, assumed correlation of two folds' AUCs.
    """

    values: Floats
    natural: bool = False
    folds: Integers | None = None
    excluded: Booleans | None = None
    fold_correlation: float = 0.0

    @property
    def fold_count(self) -> int:
        """Integer, 1 where all scores of a target compare."""
        return 1 if self.folds is None else int(self.folds.max()) + 1

    def first(self, targets: int) -> Scores:
        """Returns the scores of the first `targets` targets alone."""
        return dataclasses.replace(
            self,
            values=self.values[:targets],
            folds=None if self.folds is None else self.folds[:targets],
            excluded=None if self.excluded is None else self.excluded[:targets],
        )

    def of_target(self, target: int) -> ExampleScores:
        """Returns the scores of one target; NaN where the attack can't score."""
        values = self.values[target].copy()
        if self.excluded is not None:
            values[self.excluded[target]] = np.nan
        return ExampleScores(values, None if self.folds is None else self.folds[target])


class Score(Protocol):
    """How an attack scores: the one interface that all attacks share."""

    def __call__(self, signals: Signals, membership: Booleans, seed: int, /) -> Scores:
        """Returns the scores of R targets.

        Args:
            signals: `Signals` of the targets on N examples.
            membership: Boolean array `(R, N)`. An attack without shadow models reads it
                only as a learner does its training labels, of examples that it does not
                score at the time; one with shadow models, of the other models.
            seed: Integer, for folds and learners.
        """
        ...
