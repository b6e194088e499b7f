"""Layers around a model that ask it about copies of its input, and take the mean."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.numerics import probability_vectors


@keras.saving.register_keras_serializable(package="keras_entropy")
class NoisyCopies(keras.layers.Layer):
    """Puts noisy copies of each input into the batch.

    The noise is drawn once, when the layer is built, and saved with it: it is the same
    for all inputs and calls.

    Args:
        copies: Integer, at least 1.
        stddev: Float, at least 0: standard deviation of the noise.
        seed: Integer or `None`, of the draw. Defaults to `None`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ...)` of floats.

    Returns:
        Tensor `(batch * copies, ...)`: the copies of each input side by side.
    """

    def __init__(
        self, copies: int, stddev: float, *, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.copies = copies
        self.stddev = stddev
        self.seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        features = tuple(input_shape)[1:]
        if None in features:
            raise ValueError(
                "Noise that is drawn once needs inputs of one shape. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        self.noise = self.add_weight(
            shape=(self.copies, *features),
            initializer=keras.initializers.RandomNormal(
                stddev=self.stddev, seed=self.seed
            ),
            trainable=False,
            name="noise",
        )

    def call(self, inputs: Any) -> Any:
        noisy = ops.expand_dims(inputs, 1) + self.noise
        return ops.reshape(noisy, (-1, *self.noise.shape[1:]))

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        batch, *features = input_shape
        return (None if batch is None else batch * self.copies, *features)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "copies": self.copies,
            "stddev": self.stddev,
            "seed": self.seed,
        }


@keras.saving.register_keras_serializable(package="keras_entropy")
class MeanOfCopies(keras.layers.Layer):
    """Takes the mean of the logits of copies that lie side by side in the batch.

    Args:
        copies: Integer, at least 1: how many belong together.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch * copies, ..., classes)`.

    Returns:
        Class probabilities `(batch, ..., classes)`, the softmax of the mean logits.
    """

    def __init__(self, copies: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.copies = copies

    def call(self, inputs: Any) -> Any:
        # The logarithm of a probability is its logit up to a constant of each copy,
        # whose mean the softmax takes away.
        logits = probability_vectors.log(inputs)
        together = ops.reshape(logits, (-1, self.copies, *ops.shape(inputs)[1:]))
        return ops.softmax(ops.mean(together, axis=1), axis=-1)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        batch, *rest = input_shape
        return (None if batch is None else batch // self.copies, *rest)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "copies": self.copies}
