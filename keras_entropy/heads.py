from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy._defense import Claims
from keras_entropy._defense import Defense


@keras.saving.register_keras_serializable(package="keras_entropy")
class LinearHead(Defense):
    """A trained linear map in front of the softmax (M-6 and others of the study).

    Formula: `out = softmax(W z + b)` with the logits z of the model. As created, `W`
    is the identity and `b` zero, which leaves the model as it was;
    `keras_entropy.catalog.build("M-6", model, x, y)` trains them.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.LinearHead()
    >>> layer(np.array([[2.0, 0.0, 0.0]], "float32"))  # about (0.79, 0.11, 0.11)

    Args:
        kernel_initializer: Initializer of `W`, shape `(classes, classes)`. Defaults
            to `"identity"`.
        bias_initializer: Initializer of `b`, shape `(classes,)`. Defaults to
            `"zeros"`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Logits `(batch, ..., classes)`: the layer takes the softmax's place.

    Returns:
        Class probabilities of the same shape; deterministic; entropy and argmax are
        what training makes of them; exports to SavedModel and ONNX.

    Reference:
        The study "entropic_MIA_defense".
    """

    claims = Claims()
    expects = "logits"

    def __init__(
        self,
        *,
        kernel_initializer: Any = "identity",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        classes = input_shape[-1]
        self.kernel = self.add_weight(
            shape=(classes, classes),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(classes,), initializer=self.bias_initializer, name="bias"
        )

    def call(self, inputs: Any) -> Any:
        return ops.softmax(ops.matmul(inputs, self.kernel) + self.bias, axis=-1)

    def get_config(self) -> dict[str, Any]:
        serialize = keras.initializers.serialize
        return {
            **super().get_config(),
            "kernel_initializer": serialize(self.kernel_initializer),
            "bias_initializer": serialize(self.bias_initializer),
        }
