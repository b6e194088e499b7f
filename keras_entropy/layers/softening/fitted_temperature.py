from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.arrays import softmax
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.layers.softening.best_temperature import best_temperature
from keras_entropy.numerics import probability_vectors

# Below the one, answers of float32 are one-hot; above the other, they say nothing.
LEAST, MOST = 0.05, 20.0


@keras.saving.register_keras_serializable(package="keras_entropy")
class FittedTemperature(FittedDefense):
    """Makes answers as sure as they are right on reference examples, or less sure.

    Formula: `out = softmax(log(p) / temperature)`, with the temperature from .05 to 20
    of the smallest negative log-likelihood. Unlike that of `TemperatureScaling` it may
    be below 1: a model that was trained on smoothed labels is less sure than it is
    right, and is sharpened. Nothing is promised of the entropy.

    The layer is no defense: whoever knows the temperature divides it out. It calibrates
    what a training has made safe.

    Example:

    >>> import numpy as np, keras_entropy
    >>> outputs = np.tile([[0.6, 0.4], [0.4, 0.6]], (50, 1))
    >>> labels = np.tile([0, 1], 50)
    >>> labels[:10] = 1 - labels[:10]  # right in nine tenths
    >>> layer = keras_entropy.FittedTemperature().fit(outputs, labels)
    >>> layer(np.array([[0.6, 0.4]], "float32"))  # about (0.9, 0.1)

    Args:
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape. The ranking is kept, the result is
        deterministic, and exports to SavedModel and ONNX.

    Reference:
        [Guo et al., 2017](https://arxiv.org/abs/1706.04599)
    """

    claims = Claims(
        keeps_argmax=True,
        keeps_ranking=True,
        injective=True,
        permutation_equivariant=True,
    )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        # At 0, all rows are uniform until a fit.
        self.inverse_temperature = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="inverse_temperature"
        )

    @property
    def temperature(self) -> float:
        """The temperature that was fitted."""
        return 1.0 / float(ops.convert_to_numpy(self.inverse_temperature))

    def values(self, outputs: Floats, labels: Integers) -> list[Floats]:
        temperature = best_temperature(outputs, labels, least=LEAST, most=MOST)
        if temperature == MOST:
            self._warn_once(
                "the labels of the reference are hardly likelier under the model's "
                f"answers than under uniform ones: temperature {MOST:g}"
            )
        return [np.array(1.0 / temperature, "float32")]

    def call(self, inputs: Any) -> Any:
        logits = probability_vectors.log(inputs) * self.inverse_temperature
        return ops.softmax(logits, axis=-1)

    def invert(self, outputs: Floats) -> Floats:
        """Returns the input probabilities that gave `outputs`, in float64."""
        outputs = np.maximum(np.asarray(outputs, "float64"), probability_vectors.TINY)
        return softmax(self.temperature * np.log(outputs))
