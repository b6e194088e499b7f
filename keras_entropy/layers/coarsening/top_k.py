from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import ranks


@keras.saving.register_keras_serializable(package="keras_entropy")
class TopK(Defense):
    """Keeps the largest probabilities and spreads the rest evenly.

    The `k` largest entries stay as they are; all others are replaced by their mean.
    Equal entries share a place, so more than `k` stay where the last place is tied.

    Entropy never falls and the ranking stays (with ties). What is destroyed is the
    order and size of the small entries; the confidence in the predicted class, on
    which most attacks rest, is given away unchanged.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.TopK(1)
    >>> layer(np.array([[0.7, 0.2, 0.1]], "float32"))  # (0.7, 0.15, 0.15)

    Args:
        k: Integer, at least 1 and below the number of classes. Defaults to `1`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `k` is no integer in its range.

    Reference:
        [Shokri et al., 2017](https://arxiv.org/abs/1610.05820), for restricting the
        answer to the top k classes.
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        permutation_equivariant=True,
    )

    def __init__(self, k: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if type(k) is not int or k < 1:  # `True` is no number of classes
            raise ValueError(f"`k` must be an integer, at least 1. Received: k={k!r}")
        self.k = k

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        if self.k >= self.built_classes:
            raise ValueError(
                "`k` must be below the number of classes. "
                f"Received: k={self.k}, classes={self.built_classes}"
            )

    def call(self, inputs: Any) -> Any:
        place = inputs.shape[-1] - self.k
        last = ops.sort(inputs, axis=-1)[..., place : place + 1]
        small = ops.cast(inputs < last, inputs.dtype)
        count = ops.maximum(ops.sum(small, axis=-1, keepdims=True), 1.0)
        mean = ops.sum(inputs * small, axis=-1, keepdims=True) / count
        # The mean of what is below `last` can't exceed it, but its rounding can.
        out = ops.where(inputs < last, ops.minimum(mean, last), inputs)
        return ranks.spread_nan(out, inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}
