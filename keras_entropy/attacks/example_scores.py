"""The scores that each attack gives the examples of one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks.audits.target_scoring import target_scorer
from keras_entropy.attacks.audits.target_scoring import with_inputs
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.results import ExampleScores
from keras_entropy.attacks.shadows import Shadows
from keras_entropy.attacks.signals import compute_signals

Sides = tuple[Array, Array]


def attack_scores(
    outputs: Sides,
    labels: Sides,
    attacks: Sequence[str],
    *,
    from_logits: bool = False,
    shadows: Shadows | None = None,
    neighbors: Neighbors | None = None,
    inputs: Array | None = None,
    seed: int = 0,
) -> dict[str, ExampleScores]:
    """Returns what `audit_outputs` measures, as it is compared over examples.

    Args:
        outputs: Of members and of non-members, `(n, C)` and `(m, C)`.
        labels: Likewise, `(n,)` and `(m,)`.
        attacks: Names, as for `audit_outputs`.
        from_logits: Boolean, whether the outputs are logits.
        shadows: Shadow models, for the attacks that need some.
        neighbors: What the model answered to neighbors of the examples, for the attacks
            that ask often.
        inputs: What the model was asked, members first, for the attacks that read it.
        seed: Integer, for folds.

    Returns:
        By attack, its `ExampleScores` of n + m examples, members first.
    """
    joined = np.concatenate(outputs)[None]
    signals = compute_signals(joined, np.concatenate(labels), from_logits=from_logits)
    if inputs is not None:
        signals, _ = with_inputs(signals, inputs)
    membership = np.arange(joined.shape[1])[None] < len(outputs[0])
    scorer = target_scorer(
        signals, membership, shadows, seed, from_logits, neighbors=neighbors
    )
    return {name: scorer(name).of_target(0) for name in attacks}
