"""The row of what a private training guarantees."""

from __future__ import annotations

from typing import TypedDict


class Guarantee(TypedDict):
    """An upper bound on every attack, for one example, with its conditions.

    Two training sets are neighbors where one example is swapped for another, as in the
    membership game, whose halves have a fixed size. `conditions`: what has to be true
    besides, or nothing is guaranteed.
    """

    auc_bound: float
    epsilon: float
    delta: float
    conditions: list[str]


class GuaranteeRow(Guarantee):
    """Table `guarantee`: what is guaranteed behind one defense."""

    defense: str
