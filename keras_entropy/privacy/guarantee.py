"""What a private training guarantees, and under which conditions."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any


@dataclasses.dataclass(frozen=True)
class Guarantee:
    """An upper bound on what anyone can learn about one example's membership.

    Bounds hold whatever the attacker knows and asks, for one example. Two neighboring
    training sets differ in one example: by *swap*, which replaces it by another, as
    where halves of a fixed size are drawn; or by *add or remove*, which literature
    states more often and which gives smaller numbers for the same training.

    Example:

    >>> guarantee = guarantee_of(steps=100, noise_multiplier=20.0, delta=1e-4)
    >>> print(guarantee)

    Args:
        epsilon: Float: epsilon for swap, at `delta`.
        delta: Float between 0 and 1.
        auc_bound: Float, 0.5 to 1: for swap, the largest area under the ROC curve that
            any attack can have.
        epsilon_add_remove: Float: epsilon for add or remove, at `delta`.
        auc_bound_add_remove: Float, likewise.
        steps: Integer, number of steps.
        noise_multiplier: Float, see `PrivateGradients`.
        sampling_rate: Float, probability with which an example takes part in a step.
        conditions: Sentences: what has to be true besides, or nothing is guaranteed.
    """

    epsilon: float
    delta: float
    auc_bound: float
    epsilon_add_remove: float
    auc_bound_add_remove: float
    steps: int
    noise_multiplier: float
    sampling_rate: float = 1.0
    conditions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.conditions, str):
            raise ValueError(
                "`conditions` must be a sequence of sentences. "
                f"Received: {self.conditions!r}"
            )
        # A list after it was read from a file.
        object.__setattr__(self, "conditions", tuple(self.conditions))

    def given(self, *conditions: str) -> Guarantee:
        """Returns the guarantee under further conditions."""
        more = [c for c in conditions if c not in self.conditions]
        return dataclasses.replace(self, conditions=(*self.conditions, *more))

    def __str__(self) -> str:
        if math.isinf(self.epsilon):
            return "Nothing is guaranteed: no noise was added."
        told = (
            f"No attack on one example has an AUC above {_up(self.auc_bound)}, and the "
            f"training is differentially private with epsilon {_up(self.epsilon)} at "
            f"delta {self.delta:g}, where one example of the training set is swapped "
            f"for another (where one is added or removed: AUC "
            f"{_up(self.auc_bound_add_remove)}, epsilon "
            f"{_up(self.epsilon_add_remove)})."
        )
        if not self.conditions:
            return told
        return f"{told} This holds if {_listed(self.conditions)}."

    def get_config(self) -> dict[str, Any]:
        """Returns what to make the same guarantee from, as JSON can hold it."""
        return {**dataclasses.asdict(self), "conditions": list(self.conditions)}


def _up(bound: float) -> str:
    """Returns a bound with three digits behind the point, rounded up."""
    return f"{math.ceil(bound * 1000 - 1e-9) / 1000:.3f}"


def _listed(conditions: Sequence[str]) -> str:
    *first, last = conditions
    return f"{'; '.join(first)}; and {last}" if first else last
