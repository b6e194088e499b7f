"""The table of attacks that ask many questions about each example."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.attack_name import NEIGHBORS
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.results import Group
from keras_entropy.attacks.scorers.neighbors.game_neighbors import GameNeighbors
from keras_entropy.attacks.scorers.neighbors.target_neighbors import LoneNeighbors
from keras_entropy.attacks.scorers.neighbors.target_neighbors import ShadowNeighbors
from keras_entropy.attacks.scorers.neighbors.target_neighbors import TargetNeighbors
from keras_entropy.attacks.scorers.scores import Scores


@dataclasses.dataclass(frozen=True)
class NeighborAttack:
    """One row of the table.

    Attributes:
        name: `AttackName`.
        in_game: Function that scores every model of a game.
        on_target: Function that scores one target beside shadow models.
        alone: Function that scores one target without them, or `None` where the attack
            needs some.
        learns_from_pairs: Boolean, as for `Attack`.
        group: String, always neighbors.
    """

    name: AttackName
    in_game: Callable[[GameNeighbors], Floats]
    on_target: Callable[[TargetNeighbors], Floats]
    alone: Callable[[LoneNeighbors], Floats] | None = None
    learns_from_pairs: bool = False
    group: Group = "neighbors"


def _name(base: str) -> AttackName:
    return AttackName(base, through=NEIGHBORS)


_ROWS = (
    NeighborAttack(
        _name("label_share"),
        lambda game: game.labels.share,
        TargetNeighbors.label_share,
        LoneNeighbors.label_share,
    ),
    NeighborAttack(
        _name("label_bits"),
        lambda game: game.labels.bits,
        TargetNeighbors.label_bits,
        learns_from_pairs=True,
    ),
    NeighborAttack(
        _name("label_stacked"),
        lambda game: game.labels.stacked,
        TargetNeighbors.label_stacked,
        learns_from_pairs=True,
    ),
    NeighborAttack(
        _name("confidence"),
        GameNeighbors.confidence,
        TargetNeighbors.confidence,
        LoneNeighbors.confidence,
    ),
    NeighborAttack(
        _name("lira"),
        GameNeighbors.lira,
        TargetNeighbors.lira,
        learns_from_pairs=True,
    ),
    NeighborAttack(_name("rmia"), GameNeighbors.rmia, TargetNeighbors.rmia),
    NeighborAttack(
        _name("stacked"),
        GameNeighbors.stacked,
        TargetNeighbors.stacked,
        learns_from_pairs=True,
    ),
)

NEIGHBOR_TABLE: dict[str, NeighborAttack] = {row.name: row for row in _ROWS}

# The names that callers give are plain strings.
NEIGHBOR_ATTACKS = tuple(str(row.name) for row in _ROWS)
# Those on a target without shadow models.
LONE_NEIGHBOR_ATTACKS = tuple(str(row.name) for row in _ROWS if row.alone is not None)


def game_scorer(
    neighbors: Neighbors, confidence: Floats, membership: Booleans
) -> Callable[[str], Scores]:
    """Returns the function from an attack's name to its `Scores` of K models.

    Args:
        neighbors: `Neighbors` of the K models of a game.
        confidence: Floats `(K, N)`: confidence in the examples themselves.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """
    game = GameNeighbors(neighbors, confidence, membership)
    return lambda name: Scores(NEIGHBOR_TABLE[name].in_game(game))


def neighbor_scorer(
    neighbors: Neighbors, confidence: Floats, shadows: ShadowNeighbors | None = None
) -> Callable[[str], Scores]:
    """Returns the function from an attack's name to its `Scores` of one target.

    Args:
        neighbors: `Neighbors` of the target.
        confidence: Floats `(1, N)`: confidence in the examples themselves.
        shadows: `ShadowNeighbors`, or `None` for the attacks that need none.
    """
    if shadows is not None:
        beside = TargetNeighbors(neighbors, confidence, shadows)
        return lambda name: Scores(NEIGHBOR_TABLE[name].on_target(beside))
    lone = LoneNeighbors(neighbors, confidence)

    def score(name: str) -> Scores:
        alone = NEIGHBOR_TABLE[name].alone
        if alone is None:
            raise ValueError(
                f"{name} needs shadow models that answered the same questions. "
                f"Without any there are {LONE_NEIGHBOR_ATTACKS}"
            )
        return Scores(alone(lone))

    return score
