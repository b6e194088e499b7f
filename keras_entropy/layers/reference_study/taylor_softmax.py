from __future__ import annotations

import dataclasses
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import probability_vectors


@keras.saving.register_keras_serializable(package="keras_entropy")
class TaylorSoftmax(Defense):
    """First-order Taylor expansion of a tempered softmax (M-5 of the study).

    Formula: `v = 1/C + (x - mean(x)) / (C * temperature)` with C classes, which is
    `softmax(x / temperature)` to first order around 0; then `v` is normalized.

    With the study's temperature of 1e4 the output is uniform to about 1e-5, and
    float32 rounds away whatever of the input lies below 1e-3. On probabilities the
    entropy never falls under `normalization="softmax"`; the argmax is among the
    output's maxima; in exact arithmetic the map is injective, so what protects is the
    rounding alone.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.TaylorSoftmax(temperature=1.0)
    >>> layer(np.array([[0.8, 0.1, 0.1]], "float32"))  # about (0.39, 0.31, 0.31)

    Args:
        temperature: Float, at least 1. Defaults to `1e4`, as in the study.
        from_logits: Boolean, whether the layer takes the place of the softmax and is
            fed logits. The study feeds it probabilities. Defaults to `False`.
        normalization: `"softmax"` (as the study scores it) or `"clip"` (negative
            entries become 0). Defaults to `"softmax"`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities, or logits, `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `temperature` is below 1 or not a number, or `normalization` is
            unknown.

    Reference:
        [de Brebisson and Vincent, 2016](https://arxiv.org/abs/1511.05042)
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        injective=True,
        permutation_equivariant=True,
    )

    def __init__(
        self,
        temperature: float = 1e4,
        *,
        from_logits: bool = False,
        normalization: str = "softmax",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 1 <= temperature < float("inf"):  # also rejects nan
            raise ValueError(
                "`temperature` must be finite and at least 1. "
                f"Received: temperature={temperature}"
            )
        self.temperature = float(temperature)
        self.from_logits = bool(from_logits)
        self.normalization = probability_vectors.check_normalization(normalization)
        if self.from_logits:
            self.expects = "logits"
            # Far from 0 the expansion is no softmax: a long tail of logits may be
            # flattened less, and "clip" cuts it off.
            self.claims = dataclasses.replace(
                self.claims, raises_entropy=False, injective=False
            )

    def call(self, inputs: Any) -> Any:
        classes = inputs.shape[-1]
        centered = inputs - ops.mean(inputs, axis=-1, keepdims=True)
        values = 1.0 / classes + centered / (classes * self.temperature)
        return probability_vectors.normalize(values, self.normalization)

    def invert(self, outputs: Floats) -> Floats:
        """Returns the input probabilities that gave `outputs`, in float64."""
        outputs = np.asarray(outputs, "float64")
        classes = outputs.shape[-1]
        if self.normalization == "softmax":
            outputs = np.log(outputs)
        centered = outputs - outputs.mean(axis=-1, keepdims=True)
        return probability_vectors.project(
            1.0 / classes + centered * classes * self.temperature
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "temperature": self.temperature,
            "from_logits": self.from_logits,
            "normalization": self.normalization,
        }
