"""Answers of many steps: one score an example, the mean over its steps.

A sequence, or an image, is in the training set as a whole, so its steps are no
examples: an interval over them would take what one sequence says for the word of many.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks.scorers.threshold import SCORES
from keras_entropy.attacks.signals import Signals
from keras_entropy.attacks.signals import compute_signals

# Those that read a signal alone. The others read the label of an example, which it has
# not, or learn from vectors of one length.
STEP_ATTACKS = (*SCORES, "label_only")
_MEANS = ("loss", "confidence", "entropy", "modified_entropy", "correct")


def have_steps(outputs: Array) -> bool:
    """Whether outputs are `(n, steps, ..., C)`, and not `(n, C)`."""
    return np.ndim(outputs) > 2


def check_alone(**others: object) -> None:
    """Raises `ValueError` if more is given than an audit of steps reads."""
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise ValueError(
            f"Outputs of many steps, (examples, steps, classes), are audited by "
            f"{', '.join(STEP_ATTACKS)} alone: leave out {', '.join(given)}"
        )


def step_signals(
    outputs: Array, labels: Array, *, from_logits: bool, name: str, labels_name: str
) -> Signals:
    """Returns signals of one target, of which each is the mean over an example's steps.

    Args:
        outputs: Float array `(n, ..., C)`; `C = 1` is a sigmoid unit.
        labels: One class for each step, `(n, ...)`, or one-hot `(n, ..., C)`.
        from_logits: Boolean.
        name: String, how a message names `outputs`.
        labels_name: String, how a message names `labels`.

    Returns:
        `Signals` of `(1, n)`, without outputs; `correct` is the share of the steps.

    Raises:
        ValueError: As for `compute_signals`, or if there is not a label for each step.
    """
    labels = np.asarray(labels)
    steps, classes = outputs.shape[:-1], outputs.shape[-1]
    if labels.shape not in (steps, (*steps, 1), (*steps, classes)) or not outputs.size:
        raise ValueError(
            f"`{labels_name}` must hold one class for each step of `{name}`, "
            f"{steps}, or one-hot rows, and there must be some. Received: "
            f"{labels_name}.shape={labels.shape}, {name}.shape={outputs.shape}"
        )
    rows = math.prod(steps)
    flat = compute_signals(
        outputs.reshape(1, rows, classes),
        labels.reshape(rows, *labels.shape[len(steps) :]),
        from_logits=from_logits,
        name=name,
        labels_name=labels_name,
    )
    means = {
        signal: getattr(flat, signal).reshape(1, len(outputs), -1).mean(axis=2)
        for signal in _MEANS
    }
    return dataclasses.replace(
        flat, outputs=(), labels=np.zeros(len(outputs), np.int64), largest=None, **means
    )
