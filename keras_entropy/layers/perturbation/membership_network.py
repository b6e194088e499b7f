"""A small network that tells members from others by their sorted probabilities.

Two hidden layers of `tanh`, and a logit: positive for members. Smooth on purpose: with
`relu` a rounding error of one backend could flip a unit, and a guarded answer with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_entropy.adam import Adam
from keras_entropy.arrays import Array

HIDDEN = (32, 16)

_STEPS = 400
_BATCH = 256
_LEARNING_RATE = 0.01
_DECAY = 1e-3


def shapes(classes: int) -> list[tuple[str, tuple[int, ...]]]:
    """Returns name and shape of each weight; the last kernel is the last of them."""
    first, second = HIDDEN
    return [
        ("kernel_1", (classes, first)),
        ("bias_1", (first,)),
        ("kernel_2", (first, second)),
        ("bias_2", (second,)),
        ("bias_3", (1,)),
        ("kernel_3", (second, 1)),
    ]


def logit(rows: Any, weights: Sequence[Any]) -> Any:
    """Returns the logit `(..., 1)` of sorted rows `(..., classes)`."""
    return _forward(rows, weights)[0]


def logit_and_gradient(rows: Any, weights: Sequence[Any]) -> tuple[Any, Any]:
    """Returns the logit `(..., 1)` and its gradient by the rows `(..., classes)`."""
    kernel_1, _, kernel_2, _, _, kernel_3 = weights
    out, first, second = _forward(rows, weights)
    back = ops.transpose(kernel_3)[0] * (1.0 - second * second)
    back = ops.matmul(back, ops.transpose(kernel_2)) * (1.0 - first * first)
    return out, ops.matmul(back, ops.transpose(kernel_1))


def _forward(rows: Any, weights: Sequence[Any]) -> tuple[Any, Any, Any]:
    kernel_1, bias_1, kernel_2, bias_2, bias_3, kernel_3 = weights
    first = ops.tanh(ops.matmul(rows, kernel_1) + bias_1)
    second = ops.tanh(ops.matmul(first, kernel_2) + bias_2)
    return ops.matmul(second, kernel_3) + bias_3, first, second


def train(members: Array, others: Array) -> list[Array]:
    """Returns the weights that tell the two best: logistic loss, Adam.

    Args:
        members: Array `(n, classes)` of sorted probabilities.
        others: Array `(m, classes)` of the same kind. Both sides weigh the same.

    Returns:
        float32 arrays, in the order of `shapes`.
    """
    random = np.random.default_rng(0)
    rows = np.concatenate([members, others]).astype("float64")
    sides = (len(members), len(others))
    target = np.repeat([1.0, 0.0], sides)[:, None]
    weight = np.repeat([0.5 / n for n in sides], sides)
    weights = [
        random.normal(size=shape) / np.sqrt(shape[0])
        if len(shape) == 2
        else np.zeros(shape)
        for _, shape in shapes(rows.shape[-1])
    ]
    adam = Adam(weights, epsilon=1e-8)
    for _ in range(_STEPS):
        batch = random.choice(len(rows), size=_BATCH, p=weight)
        adam.step(_slopes(weights, rows[batch], target[batch]), _LEARNING_RATE)
    return [w.astype("float32") for w in weights]


def _slopes(weights: Sequence[Array], rows: Array, target: Array) -> list[Array]:
    """Returns the gradient of the logistic loss by each weight."""
    kernel_1, bias_1, kernel_2, bias_2, bias_3, kernel_3 = weights
    first = np.tanh(rows @ kernel_1 + bias_1)
    second = np.tanh(first @ kernel_2 + bias_2)
    error = 1 / (1 + np.exp(-(second @ kernel_3 + bias_3))) - target
    error /= len(rows)
    back_2 = error @ kernel_3.T * (1 - second**2)
    back_1 = back_2 @ kernel_2.T * (1 - first**2)
    return [
        rows.T @ back_1 + _DECAY * kernel_1,
        back_1.sum(axis=0),
        first.T @ back_2 + _DECAY * kernel_2,
        back_2.sum(axis=0),
        error.sum(axis=0),
        second.T @ error + _DECAY * kernel_3,
    ]
