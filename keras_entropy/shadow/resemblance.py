"""Whether models that were trained anew resemble the one that they stand for."""

from __future__ import annotations

import dataclasses

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

# What honest retraining varies (`python -m eval_suite.benchmarks.resemblance`): with
# other seeds, examples and batches, half or twice the epochs, half the rate, or one
# that is lowered at the end, an accuracy moves by about this at most.
MARGIN = 0.1
# Standard errors of the examples' number, allowed on top.
_ERRORS = 2.0

SIDES = ("members", "others")


@dataclasses.dataclass(frozen=True)
class Resemblance:
    """Accuracies of a target and of models that were trained anew by its recipe.

    Each pair is of the target's members, then of examples that it was not trained on.
    Models answer for the same examples: those of the first that they were trained on
    as well, and those of the second that they were not trained on either.

    Args:
        target: The target's accuracies.
        anew: Mean accuracies of the models.
        balanced_target: The target's accuracies, averaged over classes: where nearly
            all examples are of one class, plain ones tell little.
        balanced_anew: The same of the models.
        allowed: By how much plain accuracies may differ.
        balanced_allowed: By how much those averaged over classes may.
    """

    target: tuple[float, float]
    anew: tuple[float, float]
    balanced_target: tuple[float, float]
    balanced_anew: tuple[float, float]
    allowed: tuple[float, float]
    balanced_allowed: tuple[float, float]

    @property
    def resembles(self) -> bool:
        """Whether no accuracy differs by more than is allowed."""
        kinds = (
            (self.target, self.anew, self.allowed),
            (self.balanced_target, self.balanced_anew, self.balanced_allowed),
        )
        # Of what is not known, nothing is said to differ.
        return not any(
            abs(one - other) > allowed
            for kind in kinds
            for one, other, allowed in zip(*kind, strict=True)
        )

    def __str__(self) -> str:
        """Returns the accuracies in words."""
        sides = [
            f"{100 * one:.1f} % on {side}, theirs {100 * other:.1f} % "
            f"(by class {100 * balanced:.1f} % and {100 * others:.1f} %)"
            for side, one, other, balanced, others in zip(
                SIDES,
                self.target,
                self.anew,
                self.balanced_target,
                self.balanced_anew,
                strict=True,
            )
        ]
        return f"the model's accuracy is {'; '.join(sides)}"


def compare(
    target: Floats,
    anew: Floats,
    labels: Integers,
    member: Booleans,
    membership: Booleans,
) -> Resemblance:
    """Compares a target with models that were trained anew by its recipe.

    A difference of an accuracy is allowed up to 0.1, and two standard errors of an
    accuracy on so many examples. That is more than honest retraining varies, and less
    than a learning rate that is too small makes of a model.

    Args:
        target: Float array `(N,)`: which examples the target predicts correctly, 1 or
            0, or a share of it (`prediction_quality.hits`).
        anew: Float array `(K, N)`: the same of the models.
        labels: Integer array `(N,)`.
        member: Boolean array `(N,)`: what the target was trained on.
        membership: Boolean array `(K, N)`: what the models were trained on.

    Returns:
        `Resemblance`. Where no model has any example of a side in common with the
        target, nothing is compared, and any difference is allowed.
    """
    sides = [
        _side(target[chosen], anew[:, chosen], labels[chosen], alike[:, chosen])
        for chosen, alike in ((member, membership), (~member, ~membership))
    ]
    return Resemblance(*(tuple(pair) for pair in zip(*sides, strict=True)))


def _side(
    target: Floats, anew: Floats, labels: Integers, alike: Booleans
) -> tuple[float, ...]:
    known = alike.any(axis=0)
    if not known.any():
        return (*np.full(4, np.nan).tolist(), np.inf, np.inf)
    anew, alike = anew[:, known], alike[:, known]
    share = (anew * alike).sum(axis=0) / alike.sum(axis=0)
    own, classes = target[known], labels[known]
    _, codes, counts = np.unique(classes, return_inverse=True, return_counts=True)
    by_class = [np.bincount(codes, values) / counts for values in (own, share)]
    plain = float(own.mean()), float(share.mean())
    balanced = float(by_class[0].mean()), float(by_class[1].mean())
    allowed = allowed_difference(plain[0], plain[1], len(own))
    balanced_allowed = allowed_difference(by_class[0], by_class[1], counts)
    return plain[0], plain[1], balanced[0], balanced[1], allowed, balanced_allowed


def allowed_difference(
    one: Floats | float, other: Floats | float, count: Integers | int
) -> float:
    """Returns by how much two accuracies on the same examples may differ.

    Args:
        one: A share of correct answers, or an array `(C,)`: one for each class, whose
            mean is compared.
        other: The other, of the same shape.
        count: Of how many examples: a number, or an array `(C,)`.

    Returns:
        `MARGIN` and two standard errors of an accuracy on so many examples.
    """
    error = _variance((np.asarray(one) + np.asarray(other)) / 2, count)
    return float(MARGIN + _ERRORS * np.sqrt(np.sum(error)) / np.size(error))


def _variance(accuracy: Floats, count: Integers | int) -> Floats:
    """Returns that of an accuracy; one error and one hit more, as if by chance."""
    count = np.asarray(count)
    share = (accuracy * count + 1) / (count + 2)
    return np.asarray(share * (1 - share) / count)
