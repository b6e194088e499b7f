from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.arrays import softmax
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import probability_vectors


@keras.saving.register_keras_serializable(package="keras_entropy")
class TemperatureScaling(Defense):
    """Flattens probabilities by a softmax with a temperature.

    Formula: `out = softmax(log(p) / temperature)`.

    Entropy never falls, and goes to `log(classes)` as the temperature grows. Yet the
    layer is injective: `temperature * log(out)` are the logits again, up to a
    constant. It raises entropy without protecting from an attacker who knows it,
    and serves as the standing example that the two are not the same.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.TemperatureScaling(2.0)
    >>> layer(np.array([[0.8, 0.1, 0.1]], "float32"))  # about (0.59, 0.21, 0.21)

    Args:
        temperature: Float, at least 1; 1 is the identity. Defaults to `2.0`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape. The ranking is kept; the result is
        deterministic; exports to SavedModel and ONNX.

    Raises:
        ValueError: If `temperature` is below 1 or not a number.

    Reference:
        [Guo et al., 2017](https://arxiv.org/abs/1706.04599)
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        injective=True,
        permutation_equivariant=True,
    )

    def __init__(self, temperature: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 1 <= temperature < float("inf"):  # also rejects nan
            raise ValueError(
                "`temperature` must be finite and at least 1. "
                f"Received: temperature={temperature}"
            )
        self.temperature = float(temperature)

    def call(self, inputs: Any) -> Any:
        return ops.softmax(probability_vectors.log(inputs) / self.temperature, axis=-1)

    def invert(self, outputs: Floats) -> Floats:
        """Returns the input probabilities that gave `outputs`, in float64."""
        outputs = np.maximum(np.asarray(outputs, "float64"), probability_vectors.TINY)
        return softmax(self.temperature * np.log(outputs))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature}
