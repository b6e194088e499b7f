from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics.argument_checks import check_nonnegative


@keras.saving.register_keras_serializable(package="keras_entropy")
class DynamicNoise(Defense):
    """Adds noise to the logits, more of it to surer answers, and flattens (DynaNoise).

    Formula: `softmax((log(p) + z) / temperature)`, where `z` is normal with the
    variance `variance * (1 + scale * (1 - H(p) / log(classes)))`, drawn anew for each
    class and call. An attacker who asks the same question many times gets the
    probabilities back, by the mean of the logarithms times the temperature.

    The paper computes on logits. The logarithm of a probability is its logit up to a
    constant of each row, which the softmax takes away.

    Example:

    >>> import numpy as np, keras_entropy
    >>> keras_entropy.DynamicNoise()(np.array([[0.8, 0.1, 0.1]], "float32"))

    Args:
        variance: Float, at least 0: of the noise on an answer of no certainty. Defaults
            to `0.3`, as in the authors' artifact for CIFAR-10.
        scale: Float, at least 0: how much more noise there is on a sure one, as a
            multiple of `variance`. Defaults to `2.0`, as there.
        temperature: Float, above 0. Defaults to `10.0`, as there.
        seed: Integer or `None`, of the draws. Leave it out in deployment, or a reloaded
            model repeats its draws. Defaults to `None`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape. Random; exports to SavedModel.

    Raises:
        ValueError: If an argument is out of its range.

    Reference:
        [Forough and Haddadi, 2025](https://arxiv.org/abs/2505.13362)
    """

    claims = Claims(
        deterministic=False, permutation_equivariant=False, export=("tf_saved_model",)
    )

    def __init__(
        self,
        variance: float = 0.3,
        scale: float = 2.0,
        temperature: float = 10.0,
        *,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.variance = check_nonnegative("variance", variance)
        self.scale = check_nonnegative("scale", scale)
        if not 0 < temperature < float("inf"):  # also rejects nan
            raise ValueError(
                "`temperature` must be finite and above 0. "
                f"Received: temperature={temperature}"
            )
        self.temperature = float(temperature)
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any) -> Any:
        entropy = probability_vectors.entropy(inputs)[..., None]
        sureness = 1.0 - entropy / math.log(inputs.shape[-1])
        # Rounding leaves a uniform row just below 0.
        width = ops.sqrt(1.0 + self.scale * ops.maximum(sureness, 0.0))
        noise = self.variance**0.5 * width * self.draw(ops.shape(inputs))
        logits = probability_vectors.log(inputs) + noise
        return ops.softmax(logits / self.temperature, axis=-1)

    def draw(self, shape: Any) -> Any:
        """Returns standard normal numbers."""
        uniform = keras.random.uniform(
            shape, 2.0**-24, 1.0 - 2.0**-24, seed=self.generator
        )
        return 2**0.5 * ops.erfinv(2.0 * uniform - 1.0)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "variance": self.variance,
            "scale": self.scale,
            "temperature": self.temperature,
            "seed": self.seed,
        }
