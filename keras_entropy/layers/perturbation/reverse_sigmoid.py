from __future__ import annotations

import dataclasses
from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics import ranks
from keras_entropy.numerics.argument_checks import check_nonnegative

# Lee et al. clip here before they take the logit.
_CLIP = 1e-9


@keras.saving.register_keras_serializable(package="keras_entropy")
class ReverseSigmoid(Defense):
    """Subtracts a reversed sigmoid of each probability.

    Formula: `r = magnitude * (sigmoid(slope * logit(p)) - 1/2)`, and `out` is
    `max(p - r, 0)` divided by its sum. Made against the theft of models.

    The map falls near 0 and 1, so it is many to one there, and with many classes the
    argmax moves (in 4 to 94 % of rows with 100 classes). `keep_argmax=True` gives the
    predicted class the largest of the row's values in exchange for its own.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.ReverseSigmoid()
    >>> layer(np.array([[0.8, 0.1, 0.1]], "float32"))  # about (0.71, 0.15, 0.15)

    Args:
        magnitude: Float, at least 0; 0 is the identity. Defaults to `1.0`.
        slope: Float, above 0. Defaults to `0.1`.
        keep_argmax: Boolean. Defaults to `False`, as published.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If an argument is out of its range.

    Reference:
        [Lee et al., 2019](https://arxiv.org/abs/1806.00054)
    """

    claims = Claims(permutation_equivariant=True)

    def __init__(
        self,
        magnitude: float = 1.0,
        slope: float = 0.1,
        *,
        keep_argmax: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.magnitude = check_nonnegative("magnitude", magnitude)
        if not 0 < slope < float("inf"):
            raise ValueError(
                f"`slope` must be finite and above 0. Received: slope={slope}"
            )
        self.slope = float(slope)
        self.keep_argmax = bool(keep_argmax)
        if self.keep_argmax:
            self.claims = dataclasses.replace(self.claims, keeps_argmax=True)

    def call(self, inputs: Any) -> Any:
        # `1 - p` keeps no digits of a p close to 1, so there the others are added up.
        small = inputs <= 0.5
        others = ops.where(small, inputs, ops.zeros_like(inputs))
        others = ops.sum(others, axis=-1, keepdims=True)
        complement = ops.where(small, 1.0 - inputs, others)
        logit = ops.log(ops.maximum(inputs, _CLIP)) - ops.log(
            ops.maximum(complement, _CLIP)
        )
        reverse = self.magnitude * (ops.sigmoid(self.slope * logit) - 0.5)
        out = probability_vectors.renormalize(ops.maximum(inputs - reverse, 0.0))
        return ranks.keep_argmax(out, inputs) if self.keep_argmax else out

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "magnitude": self.magnitude,
            "slope": self.slope,
            "keep_argmax": self.keep_argmax,
        }
