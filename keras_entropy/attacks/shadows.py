"""Shadow models of one target."""

from __future__ import annotations

import dataclasses

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.scorers.shadow.shadow_plan import is_paired
from keras_entropy.attacks.signals import Signals
from keras_entropy.attacks.signals import compute_signals


@dataclasses.dataclass(frozen=True)
class Shadows:
    """Models trained as the target was, on parts of its examples or on others.

    Whether a shadow was trained on an example must not depend on whether the target
    was: then all K shadows serve for every example, and none has to be left out. The
    masks of LiRA's authors, in which each example is in exactly half of all models, are
    evened out.

    With pairs of complementary halves every attack can be made. Of any other plan, such
    as an odd number of models or a mask drawn for each model, `shadow_stacked` can't,
    and of shadows that were trained on none of the examples the offline attacks alone
    can: `lira_offline`, `rmia_offline` and `difficulty_offset`.

    Args:
        outputs: Float array `(K, n + m, C)`: what each model answers, to the target's
            members first. K is at least 1.
        membership: Boolean array `(K, n + m)`: who is in whose training set.
        neighbors: Optional `Neighbors` of the K models: what they answered to the
            questions that the target was asked about neighbors of the examples. They
            take pairs: models `2j` and `2j + 1` hold complementary halves, K is even
            and at least 4.

    Raises:
        ValueError: If the arrays are ragged or of other shapes than these, or
            `neighbors` are answers of other models or examples, or without pairs.
    """

    outputs: Array
    membership: Booleans
    neighbors: Neighbors | None = None

    def __post_init__(self) -> None:
        outputs = array_checks.as_array(self.outputs, "shadows.outputs")
        plan = array_checks.as_array(self.membership, "shadows.membership")
        if outputs.ndim != 3 or plan.shape != outputs.shape[:2] or not outputs.size:
            raise ValueError(
                "`shadows.outputs` must be of shape (models, examples, classes), and "
                "`shadows.membership` of shape (models, examples). "
                f"Received: {outputs.shape} and {plan.shape}"
            )
        plan = array_checks.check_plan(plan, "shadows.membership")
        if self.neighbors is not None:
            models, examples = plan.shape
            self.neighbors.check(models, examples, "shadows.neighbors")
            if not is_paired(plan):
                raise ValueError(
                    "`shadows.neighbors` take at least 4 shadow models, where models "
                    "2j and 2j + 1 were trained on complementary halves. Leave them "
                    f"out, or train such. Received: {models} models of another plan"
                )
        object.__setattr__(self, "outputs", outputs)
        object.__setattr__(self, "membership", plan)

    def signals(self, target: Signals, *, from_logits: bool) -> Signals:
        """Returns what an attacker reads off the answers of the K models.

        Args:
            target: `Signals` of the target, on the same examples.
            from_logits: Boolean, whether the outputs are logits.

        Raises:
            ValueError: If the numbers of examples or classes differ from the target's,
                or the outputs hold NaN or are no probabilities.
        """
        _, examples, columns = self.outputs.shape
        if examples != target.examples or max(columns, 2) != target.classes:
            raise ValueError(
                "`shadows.outputs` must be answers to the target's examples, members "
                "first, with its number of classes. Received: "
                f"{examples} examples of {max(columns, 2)} classes, the target's are "
                f"{target.examples} of {target.classes}"
            )
        return compute_signals(
            self.outputs, target.labels, from_logits=from_logits, name="shadows.outputs"
        )
