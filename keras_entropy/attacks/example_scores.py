"""What each attack says of each example of one model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks import Shadows
from keras_entropy.attacks.outputs_audit import target_scorer
from keras_entropy.attacks.signals import compute_signals

Sides = tuple[Array, Array]


def attack_scores(
    outputs: Sides,
    labels: Sides,
    attacks: Sequence[str],
    *,
    from_logits: bool = False,
    shadows: Shadows | None = None,
    seed: int = 0,
) -> dict[str, tuple[Array, Array | None]]:
    """Returns the scores that `audit_outputs` measures, for `baseline.example_rows`.

    Args:
        outputs: Of members and of non-members, `(n, C)` and `(m, C)`.
        labels: Likewise, `(n,)` and `(m,)`.
        attacks: Names, as for `audit_outputs`.
        from_logits: Boolean, whether the outputs are logits.
        shadows: Shadow models, for the attacks that need some.
        seed: Integer, for folds.

    Returns:
        By attack: float scores `(n + m,)`, members first, NaN where an attack does not
        score; and folds `(n + m,)`, or `None` where all scores compare.
    """
    joined = np.concatenate(outputs)[None]
    signals = compute_signals(joined, np.concatenate(labels), from_logits=from_logits)
    membership = np.arange(joined.shape[1])[None] < len(outputs[0])
    scorer = target_scorer(signals, membership, shadows, seed, from_logits)
    found = {}
    for name in attacks:
        scores = scorer(name)
        values = scores.values[0].copy()
        if scores.excluded is not None:
            values[scores.excluded[0]] = np.nan
        found[name] = values, None if scores.folds is None else scores.folds[0]
    return found
