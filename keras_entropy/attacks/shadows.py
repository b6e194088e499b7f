"""Shadow models of one target, and what attacks make of them."""

import dataclasses

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.scorers.shadow import shadow_attack_table
from keras_entropy.attacks.signals import compute_signals

# What a target that isn't one of the shadows is attacked by.
ATTACKS = tuple(shadow_attack_table.SCORERS)


@dataclasses.dataclass(frozen=True)
class Shadows:
    """Models trained as the target was, on random halves of its examples and others.

    Whether a shadow was trained on an example must not depend on whether the target
    was: then all K shadows serve for every example, and none has to be left out.

    Args:
        outputs: Float array `(K, n + m, C)`: what each model answers, to the target's
            members first. K is even, at least 4.
        membership: Boolean array `(K, n + m)`: who is in whose training set. Models
            `2j` and `2j + 1` hold complementary halves.
    """

    outputs: Array
    membership: Array

    def confidence(self, labels, *, from_logits=False):
        """Return the logit-scaled confidence `(K, n + m)`.

        Args:
            labels: Integers `(n + m,)`.
            from_logits: Boolean, whether the outputs are logits.

        Raises:
            ValueError: If the arrays disagree or hold NaN, or a pair is not
                complementary.
        """
        signals = compute_signals(
            self.outputs, labels, from_logits=from_logits, name="shadows.outputs"
        )
        array_checks.check_membership(
            self.membership, signals.targets, signals.examples
        )
        return signals.confidence


def score_target(name, confidence, shadows, membership):
    """Score one target by shadow models that it is not among.

    Args:
        name: String, one of `ATTACKS`.
        confidence: Floats `(n,)`, the target's logit-scaled confidence.
        shadows: Floats `(K, n)`, the shadows'.
        membership: Booleans `(K, n)`, who is in whose training set.

    Returns:
        `Scores` of one target.
    """
    # The scorers attack pairs, whose models are nobody's shadows but those of the
    # others. The target makes a pair with itself, which then sees all K shadows; as no
    # scorer reads a target's own membership, the pair may be of any.
    pair = np.stack([confidence, confidence])
    nobody = np.zeros(pair.shape, dtype=bool)
    values, excluded = shadow_attack_table.SCORERS[name](
        np.concatenate([pair, shadows]), np.concatenate([nobody, membership])
    )
    return Scores(values[:1], excluded=excluded[:1] if excluded[0].any() else None)
