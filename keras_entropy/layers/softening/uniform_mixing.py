from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import probability_vectors


@keras.saving.register_keras_serializable(package="keras_entropy")
class UniformMixing(Defense):
    """Mixes probabilities with the uniform distribution.

    Formula: `out = (1 - weight) * p + weight / classes`.

    Entropy never falls, the ranking stays, and no probability is below
    `weight / classes`. Yet for `weight < 1` the layer is injective, so an attacker who
    knows it undoes it.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.UniformMixing(0.5)
    >>> layer(np.array([[0.8, 0.1, 0.1]], "float32"))  # (0.567, 0.217, 0.217)

    Args:
        weight: Float in `[0, 1)`, of the uniform distribution; 0 is the identity.
            Defaults to `0.5`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `weight` is not in `[0, 1)`.
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        injective=True,
        permutation_equivariant=True,
    )

    def __init__(self, weight: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= weight < 1:  # also rejects nan
            raise ValueError(
                f"`weight` must be at least 0 and below 1. Received: weight={weight}"
            )
        self.weight = float(weight)

    def call(self, inputs: Any) -> Any:
        return (1.0 - self.weight) * inputs + self.weight / inputs.shape[-1]

    def invert(self, outputs: Floats) -> Floats:
        """Returns the input probabilities that gave `outputs`, in float64."""
        outputs = np.asarray(outputs, "float64")
        uniform = 1 / outputs.shape[-1]
        return probability_vectors.project(
            (outputs - self.weight * uniform) / (1 - self.weight)
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "weight": self.weight}
