"""What an attack says: the value that every scorer returns."""

from __future__ import annotations

import dataclasses

from keras_entropy.arrays import Array


@dataclasses.dataclass(frozen=True)
class Scores:
    """What an attack says of every example of every target.

    Attributes:
        values: Float64 array `(R, N)`, larger for a likelier member.
        natural: Boolean, whether the attack calls positive scores members by itself.
        folds: Integer array `(R, N)` where scores compare within a fold only.
        excluded: Boolean array `(R, N)`, examples that the attack cannot score.
        fold_correlation: Float, assumed correlation of two folds' AUCs.
        learns_from_pairs: Boolean, whether the attack on a pair of targets learns from
            the other pairs in which direction members differ.
    """

    values: Array
    natural: bool = False
    folds: Array | None = None
    excluded: Array | None = None
    fold_correlation: float = 0.0
    learns_from_pairs: bool = False

    @property
    def inflation(self):
        """Float, by which correlated folds enlarge the variance of a mean AUC."""
        folds = 1 if self.folds is None else int(self.folds.max()) + 1
        return 1 + (folds - 1) * self.fold_correlation

    def first(self, targets):
        """The scores of the first `targets` targets alone."""
        kept = {
            name: None if value is None else value[:targets]
            for name in ("values", "folds", "excluded")
            for value in (getattr(self, name),)
        }
        return dataclasses.replace(self, **kept)
