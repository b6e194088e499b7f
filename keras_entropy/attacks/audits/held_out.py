"""From the scores of an audit to a bound on epsilon, where fair coins held records out.

The guesses of coins may depend on the model and on the records alone. So only attacks
count that are told no membership: a trained attacker learns from the coins of other
records, and so does a rank among non-members.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.attacks.leakage.one_training import DELTA
from keras_entropy.attacks.leakage.one_training import OneTrainingBound
from keras_entropy.attacks.leakage.one_training import one_training_bound
from keras_entropy.attacks.results import ExampleScores
from keras_entropy.attacks.scorers.attack_table import INPUT_ATTACKS
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.threshold import SCORES

# Instead of a check whether members and non-members are exchangeable.
ONE_LAW = (
    "members and non-members are of one law by construction, as a fair coin decided on "
    "each: no check for confounding is needed"
)
# They are told no membership.
UNTOLD_ATTACKS = (*SCORES, "label_only", *INPUT_ATTACKS, *LONE_NEIGHBOR_ATTACKS)


def held_out_bound(
    attacks: Iterable[str],
    scores: Callable[[str], ExampleScores],
    member: Booleans,
    mislabelled: Booleans,
    *,
    delta: float = DELTA,
    confidence: float = 0.95,
    seed: int = 0,
) -> OneTrainingBound:
    """Returns the bound of the attacks that are told no membership.

    Args:
        attacks: Names of the attacks that were made, of which some are told none.
        scores: Function from an attack's name to its scores of the m records, such as
            `Audit.scores`.
        member: Boolean array `(m,)`, the coins.
        mislabelled: Boolean array `(m,)`, the records with a wrong label.
        delta: Float, as for `one_training_bound`.
        confidence: Float in (0, 1). Defaults to 0.95.
        seed: Integer.

    Returns:
        `OneTrainingBound`.

    Raises:
        ValueError: If all attacks are told who is a member, or as for
            `one_training_bound`.
    """
    names = tuple(attacks)
    untold = [name for name in UNTOLD_ATTACKS if name in names]
    if not untold:
        raise ValueError(
            "A bound on epsilon needs an attack that is told no membership: one of "
            f"{', '.join(UNTOLD_ATTACKS)}. Received: {', '.join(names)}"
        )
    return one_training_bound(
        {name: scores(name).values for name in untold},
        member,
        delta=delta,
        confidence=confidence,
        mislabelled=np.asarray(mislabelled, bool),
        seed=seed,
    )
