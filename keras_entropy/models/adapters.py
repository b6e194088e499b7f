"""Layers that `defend` inserts between a model's ending and a defense."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_entropy")
class TwoClasses(keras.layers.Layer):
    """Turns the output of one sigmoid unit into two classes.

    Args:
        from_logits: Boolean. If `False`, probabilities `p` become `(1 - p, p)`; if
            `True`, logits `z` become `(0, z)`, whose softmax is the same. Defaults to
            `False`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ..., 1)`.

    Returns:
        Tensor `(batch, ..., 2)`, float32.
    """

    def __init__(self, from_logits: bool = False, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.from_logits = bool(from_logits)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        first = ops.zeros_like(inputs) if self.from_logits else 1.0 - inputs
        return ops.concatenate([first, inputs], axis=-1)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (*input_shape[:-1], 2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "from_logits": self.from_logits}


@keras.saving.register_keras_serializable(package="keras_entropy")
class LogitsToProbabilities(keras.layers.Layer):
    """Softmax in float32, put after a model that ends in logits.

    A class of its own, so that `strip` can tell it from a softmax of the user's.

    Args:
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Logits `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape, float32.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        return ops.softmax(inputs, axis=-1)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return input_shape
