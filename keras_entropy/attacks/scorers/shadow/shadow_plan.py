"""Who is in which shadow model of a target, and which attacks that is enough for.

Each model counts by itself: shadows may be trained on any parts of the examples, or on
none of them, as long as the parts don't tell who is a member of the target. In the
design of LiRA's authors they do: each example is in exactly half of all models, so that
of the models beside the target one fewer holds a member. A score sees that number. It
is evened out by leaving one answer out of each example's, drawn at random.

Reference: Carlini et al., IEEE S&P 2022, arXiv:2112.03570.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.attacks.scorers.shadow.shadow_scorer import ShadowScorer

# Two pairs: one to learn from and one to compare with.
_FEWEST_PAIRED = 4
# Standard errors between the sides: one in 16,000 plans drawn at random.
_MOST_ERRORS = 4.0


@dataclasses.dataclass(frozen=True, eq=False)
class ShadowPlan:
    """The plan of a target's shadow models.

    Args:
        membership: Booleans `(K, N)`: who is in whose training set.
        left_out: Booleans `(K, N)`: answers that don't count, or `None`.
        member: Booleans `(N,)`: the target's members.
    """

    membership: Booleans
    left_out: Booleans | None
    member: Booleans

    @classmethod
    def of(cls, membership: Booleans, member: Booleans, seed: int) -> ShadowPlan:
        """Returns the plan, evened out where the design tells who is a member.

        Args:
            membership: Booleans `(K, N)`.
            member: Booleans `(N,)`.
            seed: Integer: which answers are left out.

        Raises:
            ValueError: If more shadows hold the members, or fewer, in another way.
        """
        holders = membership.sum(axis=0)
        if np.ptp(holders) == 0:
            return cls(membership, None, member)
        if np.ptp(holders + member) == 0:
            left_out = _one_of_each(membership == ~member, seed)
            return cls(membership, left_out, member)
        _check_told(holders, member)
        return cls(membership, None, member)

    def reason_without(self, scorer: ShadowScorer) -> str | None:
        """Returns in words why an attack can't be made with these shadows, or `None`.

        Args:
            scorer: The attack.
        """
        if scorer.needs_pairs and not is_paired(self.membership):
            return "needs at least 4 shadow models in pairs of complementary halves"
        counted = True if self.left_out is None else ~self.left_out
        without = (~self.membership & counted).any(axis=0)
        if self._is_rare(without):
            return (
                "needs shadow models that were not trained on an example, and most "
                "examples of a side have none"
            )
        both = without & (self.membership & counted).any(axis=0)
        if scorer.needs_holders and self._is_rare(both):
            return (
                "needs shadow models that were trained on an example and others that "
                "were not, and most examples of a side lack one of these"
            )
        return None

    def _is_rare(self, having: Booleans) -> bool:
        """Whether fewer than half of a side's examples have what is asked."""
        return any(having[side].mean() < 0.5 for side in (self.member, ~self.member))


def is_paired(membership: Booleans) -> bool:
    """Whether models `2j` and `2j + 1` hold complementary halves, four at least.

    Args:
        membership: Booleans `(K, N)`.
    """
    models = len(membership)
    return (
        models >= _FEWEST_PAIRED
        and models % 2 == 0
        and not (membership[::2] == membership[1::2]).any()
    )


def _one_of_each(candidates: Booleans, seed: int) -> Booleans:
    """Returns one of the models marked for each example, drawn at random."""
    drawn = np.random.default_rng(seed).random(candidates.shape)
    chosen = np.where(candidates, drawn, 0).argmax(axis=0)
    return (np.arange(len(candidates))[:, None] == chosen) & candidates


def _check_told(holders: Integers, member: Booleans) -> None:
    """Raises `ValueError` if the numbers of holders tell members from non-members."""
    inside, outside = holders[member], holders[~member]
    error = holders.std() * np.sqrt(1 / len(inside) + 1 / len(outside))
    if abs(inside.mean() - outside.mean()) > _MOST_ERRORS * error:
        raise ValueError(
            "`shadows.membership` must not tell who is a member of the target: attacks "
            "would read the plan instead of the model. Draw each shadow's examples "
            "without regard to the target's, or give all models of one game to "
            f"`audit_game`. Received: {inside.mean():.2f} shadows hold a member in the "
            f"mean, {outside.mean():.2f} a non-member"
        )
