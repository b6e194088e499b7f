"""The scores of one target by every attack, each given what it needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.input_residual import FEWEST
from keras_entropy.attacks.scorers.input_residual import numeric_inputs
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NEIGHBOR_TABLE
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    neighbor_scorer,
)
from keras_entropy.attacks.scorers.neighbors.target_neighbors import ShadowNeighbors
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.scorers.shadow.shadow_attack_table import SHADOW_SCORERS
from keras_entropy.attacks.scorers.shadow.shadow_plan import ShadowPlan
from keras_entropy.attacks.shadows import Shadows
from keras_entropy.attacks.signals import Signals


def target_scorer(
    signals: Signals,
    membership: Booleans,
    shadows: Shadows | None,
    seed: int,
    from_logits: bool = False,
    *,
    neighbors: Neighbors | None = None,
) -> Callable[[str], Scores]:
    """Returns the function from an attack's name to its `Scores` of one target.

    Args:
        signals: `Signals` of the target.
        membership: Boolean array `(1, n)`.
        shadows: `Shadows`, or `None`.
        seed: Integer, for folds.
        from_logits: Boolean, whether the shadows' outputs are logits.
        neighbors: `Neighbors` of the target, or `None`.
    """
    if shadows is None:
        return _scorer_without_shadows(signals, membership, seed, neighbors)
    theirs = shadows.signals(signals, from_logits=from_logits)
    beside = None
    if shadows.neighbors is not None:
        beside = ShadowNeighbors(
            shadows.neighbors, theirs.confidence, shadows.membership
        )
    score = _scorer_without_shadows(signals, membership, seed, neighbors, beside)
    plan = ShadowPlan.of(shadows.membership, membership[0], seed)

    def score_by_shadows(name: str) -> Scores:
        if name not in SHADOW_SCORERS:
            return score(name)
        scorer = SHADOW_SCORERS[name]
        own = scorer.read(signals)[..., 0, :]
        return scorer.score_target(
            own, scorer.read(theirs), plan.membership, plan.left_out
        )

    return score_by_shadows


def _scorer_without_shadows(
    signals: Signals,
    membership: Booleans,
    seed: int,
    neighbors: Neighbors | None,
    beside: ShadowNeighbors | None = None,
) -> Callable[[str], Scores]:
    """Returns the function from a name to `Scores`, of attacks that need no shadow.

    Those that ask about neighbors are calibrated by the shadows' answers, `beside`.
    """
    if neighbors is None:
        return lambda name: ATTACK_TABLE[name].score(signals, membership, seed)
    neighbors.check(1, signals.examples)
    ask = neighbor_scorer(neighbors, signals.confidence, beside)

    def score(name: str) -> Scores:
        if name in NEIGHBOR_TABLE:
            return ask(name)
        return ATTACK_TABLE[name].score(signals, membership, seed)

    return score


def without_shadows_for(
    shadows: Shadows, member: Booleans, seed: int
) -> dict[str, str]:
    """Returns the attacks that the plan of the shadows does not do for, and why.

    Args:
        shadows: `Shadows`.
        member: Booleans `(N,)`: the target's members.
        seed: Integer.

    Raises:
        ValueError: If there are other numbers of examples, or the plan tells who is a
            member, or does for no attack.
    """
    if shadows.membership.shape[1] != len(member):
        raise ValueError(
            "`shadows` must hold answers to all of the target's examples, members "
            f"first. Received: {shadows.membership.shape[1]} examples, the target's "
            f"are {len(member)}"
        )
    plan = ShadowPlan.of(shadows.membership, member, seed)
    reasons = {
        name: reason
        for name, scorer in SHADOW_SCORERS.items()
        if (reason := plan.reason_without(scorer)) is not None
    }
    if len(reasons) == len(SHADOW_SCORERS):
        raise ValueError(
            "`shadows` must do for at least one attack. Received: shadows.membership "
            f"by which lira_offline {reasons['lira_offline']}"
        )
    return reasons


def with_inputs(signals: Signals, inputs: Array) -> tuple[Signals, str | None]:
    """Returns the signals with inputs, or as they are and why the inputs won't do.

    Args:
        signals: `Signals` of the target.
        inputs: Array `(N, ...)`.

    Raises:
        ValueError: If there are not as many inputs as examples.
    """
    if len(inputs) != signals.examples:
        raise ValueError(
            "`inputs` must hold one input for each example, members first. Received: "
            f"{len(inputs)} inputs, {signals.examples} examples"
        )
    if signals.examples < FEWEST:
        return signals, f"needs at least {FEWEST} examples, {signals.examples} are here"
    numbers = numeric_inputs(inputs)
    if numbers is None:
        return signals, "needs inputs that are finite numbers"
    return dataclasses.replace(signals, inputs=numbers), None
