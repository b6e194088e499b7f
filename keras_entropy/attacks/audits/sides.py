"""Members and non-members of one target, checked and joined."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.signals import Signals
from keras_entropy.attacks.signals import compute_signals


def join_sides(
    member_outputs: Array,
    member_labels: Array,
    nonmember_outputs: Array,
    nonmember_labels: Array,
    from_logits: bool,
) -> tuple[Signals, Booleans]:
    """Returns the `Signals` of both sides, members first, and membership `(n + m,)`."""
    sides = []
    for name, outputs in (
        ("member_outputs", member_outputs),
        ("nonmember_outputs", nonmember_outputs),
    ):
        array = array_checks.as_array(outputs, name)
        if array.ndim == 1:
            array = array[:, None]
        if array.ndim != 2 or array.dtype.kind not in "fiu":
            raise ValueError(
                f"`{name}` must be an array of floats (examples, classes). "
                f"Received: {name}.shape={array.shape}, {name}.dtype={array.dtype}"
            )
        sides.append(array[None])
    members, nonmembers = (side.shape[1] for side in sides)
    array_checks.check_both_sides(members, nonmembers)
    if sides[0].shape[2] != sides[1].shape[2]:
        raise ValueError(
            "`member_outputs` and `nonmember_outputs` must have the same number of "
            f"classes. Received: {sides[0].shape[2]} and {sides[1].shape[2]}"
        )
    inside, outside = (
        compute_signals(
            side,
            labels,
            from_logits=from_logits,
            name=f"{prefix}_outputs",
            labels_name=f"{prefix}_labels",
        )
        for side, labels, prefix in zip(
            sides,
            (member_labels, nonmember_labels),
            ("member", "nonmember"),
            strict=True,
        )
    )
    return inside.joined(outside), np.arange(members + nonmembers) < members
