"""Members and non-members of one target, checked and joined."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.audits.steps import have_steps
from keras_entropy.attacks.audits.steps import step_signals
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
        if array.ndim < 2 or array.dtype.kind not in "fiu":
            raise ValueError(
                f"`{name}` must be an array of floats (examples, classes), or "
                f"(examples, steps, classes). Received: {name}.shape={array.shape}, "
                f"{name}.dtype={array.dtype}"
            )
        sides.append(array)
    members, nonmembers = map(len, sides)
    array_checks.check_both_sides(members, nonmembers)
    if have_steps(sides[0]) != have_steps(sides[1]):
        raise ValueError(
            "`member_outputs` and `nonmember_outputs` must both have steps or none. "
            f"Received: {sides[0].shape} and {sides[1].shape}"
        )
    if sides[0].shape[-1] != sides[1].shape[-1]:
        raise ValueError(
            "`member_outputs` and `nonmember_outputs` must have the same number of "
            f"classes. Received: {sides[0].shape[-1]} and {sides[1].shape[-1]}"
        )
    inside, outside = (
        (step_signals if have_steps(side) else _signals)(
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


def _signals(outputs: Array, labels: Array, **given: Any) -> Signals:
    return compute_signals(outputs[None], labels, **given)
