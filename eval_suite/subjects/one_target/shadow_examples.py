"""What each shadow model is trained on, and whose answers are compared with it."""

from __future__ import annotations

import dataclasses

import numpy as np

from eval_suite.datasets.datasets import Dataset
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.shadow import complementary_pairs

# Of another law, so that halves of fewer teach a shadow next to nothing.
FEWEST_OTHERS = 100


@dataclasses.dataclass(frozen=True)
class ShadowExamples:
    """The examples that are scored, and those beside them.

    Args:
        x: Array `(N, ...)`, the scored ones first.
        y: Integers `(N,)`.
        rows: Integers `(K, n)`: what each shadow is trained on.
        membership: Booleans `(K, scored)`: which scored ones each was trained on.
        paired: Boolean, whether shadows `2j` and `2j + 1` hold complementary halves of
            the scored examples. Else none was trained on any of them.
    """

    x: Array
    y: Integers
    rows: Integers
    membership: Booleans
    paired: bool

    @property
    def scored(self) -> int:
        """How many examples are scored, members first."""
        return int(self.membership.shape[1])

    def __str__(self) -> str:
        told = f"{len(self.rows)} shadow models of {self.rows.shape[1]} examples each"
        return told if self.paired else f"{told} of other data"


def halves_of_population(
    members: Dataset, nonmembers: Dataset, pool: Dataset, models: int, seed: int
) -> ShadowExamples:
    """Returns halves of the scored examples and of a pool of the same distribution.

    The target's members and its scored non-members are in the population like all
    others, so each is in a random half of the shadows, whichever side it is on: online
    and offline attacks both apply, and no shadow has to be left out. So many examples
    of the pool join them that a half is as large as the set of members given.

    Args:
        members: What the target was trained on, all of it.
        nonmembers: What it was not trained on and what is scored.
        pool: Further examples.
        models: K, even.
        seed: Integer.

    Raises:
        ValueError: If the pool is too small.
    """
    known = len(members.x) + len(nonmembers.x)
    size = max(2 * len(members.x), known + known % 2)
    if len(pool.x) < size - known:
        raise ValueError(
            f"--population needs at least {size - known} examples, so that shadow "
            f"models are trained on {size // 2}, as many as --members has. "
            f"Received: {len(pool.x)} in {pool.name}"
        )
    x, y = _joined(members, nonmembers, _drawn(pool, size - known, seed))
    plan = complementary_pairs(size, models, seed=seed)
    return ShadowExamples(x, y, plan.rows(), plan.membership[:, :known], paired=True)


def halves_of_other_data(
    members: Dataset, nonmembers: Dataset, others: Dataset, models: int, seed: int
) -> ShadowExamples:
    """Returns halves of data of another distribution, with no scored example in them.

    Args:
        members: As for `halves_of_population`.
        nonmembers: Likewise.
        others: The data that shadow models are trained on: as many as make a half as
            large as the set of members, or all there are.
        models: K, even.
        seed: Integer.

    Raises:
        ValueError: If there are fewer than 100 others.
    """
    if len(others.x) < FEWEST_OTHERS:
        raise ValueError(
            f"--shadow-data needs at least {FEWEST_OTHERS} examples: shadow models are "
            f"trained on halves of them. Received: {len(others.x)} in {others.name}"
        )
    size = min(2 * len(members.x), len(others.x)) // 2 * 2
    x, y = _joined(members, nonmembers, _drawn(others, size, seed))
    known = len(members.x) + len(nonmembers.x)
    plan = complementary_pairs(size, models, seed=seed)
    nobody = np.zeros((models, known), bool)
    return ShadowExamples(x, y, known + plan.rows(), nobody, paired=False)


def _drawn(pool: Dataset, size: int, seed: int) -> Dataset:
    return pool.rows(np.random.default_rng(seed).permutation(len(pool.x))[:size])


def _joined(*sets: Dataset) -> tuple[Array, Integers]:
    return (
        np.concatenate([examples.x for examples in sets]),
        np.concatenate([examples.y for examples in sets]),
    )
