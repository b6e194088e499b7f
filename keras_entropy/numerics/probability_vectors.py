"""Mathematics on probability vectors, in `keras.ops`: the last axis holds classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from keras_entropy.arrays import Floats

# The smallest normal float32. Smaller numbers are flushed to 0 under XLA and by
# TensorFlow but not by PyTorch, so a lower floor would not mean one thing.
TINY = 1.1754944e-38

NORMALIZATIONS = ("softmax", "clip")


def log(probabilities: Any) -> Any:
    """Returns the natural logarithm, finite at 0 (about -87.3)."""
    return ops.log(ops.maximum(probabilities, TINY))


def entropy(probabilities: Any) -> Any:
    """Returns the Shannon entropy in nats, shape `(batch, ...)`; 0 log 0 is 0."""
    return -ops.sum(probabilities * log(probabilities), axis=-1)


def renormalize(weights: Any) -> Any:
    """Divides non-negative weights by their sum; a row of zeros becomes uniform."""
    total = ops.sum(weights, axis=-1, keepdims=True)
    uniform = ops.full_like(weights, 1.0 / weights.shape[-1])
    # The denominator is made safe first: `where` lets a NaN gradient through. And
    # a row with NaN has a total that isn't 0, so that it stays visible.
    safe = ops.where(total == 0, ops.ones_like(total), total)
    return ops.where(total == 0, uniform, weights / safe)


def normalize(values: Any, method: str) -> Any:
    """Turns real vectors into distributions.

    Args:
        values: Tensor `(batch, ..., classes)`, any finite reals.
        method: `"softmax"`, or `"clip"`: negative entries become 0 and the row is
            divided by its sum.
    """
    if method == "softmax":
        return ops.softmax(values, axis=-1)
    return renormalize(ops.maximum(values, 0.0))


def check_normalization(method: str) -> str:
    """Returns `method`, or raises `ValueError` if it is not a known one."""
    if method not in NORMALIZATIONS:
        raise ValueError(
            f"`normalization` must be one of {NORMALIZATIONS}. "
            f"Received: normalization={method!r}"
        )
    return method


def project(values: Floats) -> Floats:
    """Clips NumPy rows that are distributions up to rounding, and renormalizes."""
    kept = np.maximum(np.asarray(values, "float64"), 0.0)
    return kept / kept.sum(axis=-1, keepdims=True)
