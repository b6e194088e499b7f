"""Maxima, ranks and ties of probability vectors, in `keras.ops`.

Equal entries are treated alike everywhere, so that no result depends on the order of
the classes.
"""

from __future__ import annotations

from typing import Any

from keras import ops

# Ranks handled in one step, which bounds the memory at `batch * 64 * classes`.
_RANKS_AT_ONCE = 64


def spread_nan(outputs: Any, inputs: Any) -> Any:
    """Returns `outputs`, with NaN in each row whose input holds a NaN.

    Comparisons hide a NaN; and they have no gradient, which some optimizers refuse:
    through this, the gradient is zero.
    """
    total = ops.sum(inputs, axis=-1, keepdims=True)
    return ops.where(total == total, outputs, total)


def maxima(probabilities: Any) -> Any:
    """Returns 1 at the largest entries and 0 elsewhere; a tied row has several 1."""
    largest = ops.max(probabilities, axis=-1, keepdims=True)
    return ops.cast(probabilities == largest, probabilities.dtype)


def keep_argmax(outputs: Any, inputs: Any) -> Any:
    """Swaps two entries of each output row where that gives the argmax back.

    The entry at the input's argmax changes places with the row's largest, so that the
    row holds the same numbers as before. Where either is tied, the exchange is shared
    and the row renormalized.
    """
    winners, leaders = maxima(inputs), maxima(outputs)
    largest = ops.max(outputs, axis=-1, keepdims=True)
    given = ops.sum(outputs * winners, axis=-1, keepdims=True)
    given = given / ops.maximum(ops.sum(winners, axis=-1, keepdims=True), 1.0)
    lost = (largest - given) * ops.sum(winners, axis=-1, keepdims=True)
    lost = lost / ops.maximum(ops.sum(leaders, axis=-1, keepdims=True), 1.0)
    lowered = ops.where(leaders > 0, ops.maximum(outputs - lost, given), outputs)
    out = ops.where(winners > 0, largest, lowered)
    return spread_nan(out / ops.sum(out, axis=-1, keepdims=True), inputs)


def place_by_rank(probabilities: Any, profile: Any, rest: Any) -> Any:
    """Puts given numbers where the largest entries are.

    Args:
        probabilities: Tensor `(batch, ..., classes)`.
        profile: Tensor `(..., ranks)` that broadcasts over the batch: the number for
            the largest entry, for the second largest and so on.
        rest: Tensor `(..., 1)`: the number for all entries below those ranks.

    Returns:
        Tensor like `probabilities`. Equal entries share the numbers of their ranks.
    """
    ranks = profile.shape[-1]
    ordered = ops.flip(ops.sort(probabilities, axis=-1), axis=-1)[..., :ranks]
    out = ops.zeros_like(probabilities) + rest
    for start in range(0, ranks, _RANKS_AT_ONCE):
        part = slice(start, start + _RANKS_AT_ONCE)
        holds = probabilities[..., None, :] == ordered[..., part, None]
        holds = ops.cast(holds, probabilities.dtype)
        shared = ops.sum(holds, axis=-1)
        # A row with NaN equals nothing: the caller spreads the NaN.
        each = (profile[..., part] - rest) / ops.maximum(shared, 1.0)
        out = out + ops.sum(holds * each[..., None], axis=-2)
    return out
