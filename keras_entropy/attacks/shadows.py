"""Shadow models of one target."""

from __future__ import annotations

import dataclasses

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.signals import Signals
from keras_entropy.attacks.signals import compute_signals


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
        neighbors: Optional `Neighbors` of the K models: what they answered to the
            questions that the target was asked about neighbors of the examples.

    Raises:
        ValueError: If `neighbors` are answers of other models or examples.
    """

    outputs: Array
    membership: Booleans
    neighbors: Neighbors | None = None

    def __post_init__(self) -> None:
        if self.neighbors is not None:
            models, examples = self.membership.shape
            self.neighbors.check(models, examples, "shadows.neighbors")

    def signals(self, labels: Array, *, from_logits: bool = False) -> Signals:
        """Returns what an attacker reads off the answers of the K models.

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
        return signals
