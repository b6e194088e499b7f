"""The attacks on one model that a user asks for, and what they need to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_entropy.attacks import INPUT_ATTACKS
from keras_entropy.attacks import NEIGHBOR_ATTACKS
from keras_entropy.attacks import SHADOW_ATTACKS
from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks.array_checks import check_names
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)

if TYPE_CHECKING:
    from keras_entropy.queries.given_neighbors import NeighborMaker

_ONCE = (*TARGET_ATTACKS, *INPUT_ATTACKS)


def checked_names(
    attacks: str | Sequence[str],
    questions: int,
    neighbors: NeighborMaker | str | None,
    *,
    shadows: bool = False,
) -> tuple[str, ...]:
    """Returns the names of attacks, those that ask often only if anything is asked.

    Args:
        attacks: `"all"`, or names.
        questions: Integer, how many neighbors of each example are asked about.
        neighbors: The user's own neighbors, or `None`.
        shadows: Boolean, whether there will be shadow models. Defaults to `False`.

    Raises:
        ValueError: If a name is unknown, or reads answers to questions of which there
            are none.
    """
    whole = isinstance(questions, int | np.integer) and not isinstance(questions, bool)
    if not whole or questions < 0:
        raise ValueError(
            "`questions` must be an integer, how many neighbors of each example are "
            f"asked about, or 0 for none. Received: questions={questions!r}"
        )
    once = (*_ONCE, *SHADOW_ATTACKS) if shadows else _ONCE
    all_often = NEIGHBOR_ATTACKS if shadows else LONE_NEIGHBOR_ATTACKS
    names = check_names(attacks, (*once, *all_often), "attacks")
    often = [name for name in names if AttackName.parse(name).asks_often]
    if neighbors is not None and not (questions and often):
        raise ValueError(
            "`neighbors` are asked about by attacks that ask often, and there is none: "
            f"give `questions`, and one of them in `attacks` ({', '.join(all_often)}). "
            f"Received: questions={questions}, attacks={attacks!r}"
        )
    if questions or not often:
        return tuple(names)
    if attacks != "all":
        raise ValueError(
            f"{', '.join(often)}: reads answers to neighbors of the examples, and "
            "`questions=0` asks about none. Received: questions=0"
        )
    return tuple(name for name in names if name not in often)
