"""Trained layers that take the place of the softmax."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense


class Head(Defense):
    """Abstract: an affine map of terms of the logits, then a softmax.

    A subclass is final and says what the terms are.

    Args:
        kernel_initializer: Initializer of the kernel `(terms * classes, classes)`.
        bias_initializer: Initializer of the bias `(classes,)`.
        **kwargs: Base layer arguments, such as `name`.
    """

    claims = Claims()
    expects = "logits"
    terms = 1

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
        classes = self.built_classes
        self.kernel = self.add_weight(
            shape=(self.terms * classes, classes),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(classes,), initializer=self.bias_initializer, name="bias"
        )

    def expand(self, inputs: Any) -> Any:
        """Returns the terms `(batch, ..., terms * classes)`."""
        return inputs

    def call(self, inputs: Any) -> Any:
        values = ops.matmul(self.expand(inputs), self.kernel) + self.bias
        return ops.softmax(values, axis=-1)

    def unnormalized(self, logits: Any) -> Any:
        """Returns what the softmax would be fed, made of plain Keras layers.

        To train the head on: a mean squared error is one of these values, not of
        probabilities. The weights are new, a kernel and a bias like the head's own.

        Args:
            logits: Symbolic tensor `(batch, ..., classes)`.
        """
        return keras.layers.Dense(
            logits.shape[-1],
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            dtype="float32",
        )(logits)

    def get_config(self) -> dict[str, Any]:
        serialize = keras.initializers.serialize
        return {
            **super().get_config(),
            "kernel_initializer": serialize(self.kernel_initializer),
            "bias_initializer": serialize(self.bias_initializer),
        }


@keras.saving.register_keras_serializable(package="keras_entropy")
class LinearHead(Head):
    """A trained linear map in front of the softmax (M-6 and others of the study).

    Formula: `out = softmax(W z + b)` with the logits z of the model. As created, `W`
    is the identity and `b` zero, which leaves the model as it was;
    `keras_entropy.catalog.build("M-6", model, x, y)` trains them.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.LinearHead()
    >>> layer(np.array([[2.0, 0.0, 0.0]], "float32"))  # about (0.79, 0.11, 0.11)

    Args:
        kernel_initializer: Initializer of the transpose of `W`, shape
            `(classes, classes)`. Defaults to `"identity"`.
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


@keras.saving.register_keras_serializable(package="keras_entropy")
class QuadraticHead(Head):
    """A trained quadratic map in front of the softmax (M-19 and others of the study).

    Formula: `out = softmax(A z + B z^2 + c)` with the logits z of the model and their
    elementwise squares. As created, `A` is the identity and `B` and `c` are zero,
    which leaves the model as it was; `keras_entropy.catalog.build("M-19", model, x,
    y)` trains them.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.QuadraticHead()
    >>> layer(np.array([[2.0, 0.0, 0.0]], "float32"))  # about (0.79, 0.11, 0.11)

    Args:
        kernel_initializer: Initializer of the transposes of `A` and `B`, one above
            the other, shape `(2 * classes, classes)`. Defaults to `"identity"`.
        bias_initializer: Initializer of `c`, shape `(classes,)`. Defaults to
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

    terms = 2

    def expand(self, inputs: Any) -> Any:
        return ops.concatenate([inputs, ops.square(inputs)], axis=-1)

    def unnormalized(self, logits: Any) -> Any:
        squares = keras.layers.Multiply(dtype="float32")([logits, logits])
        both = keras.layers.Concatenate(dtype="float32")([logits, squares])
        return keras.layers.Dense(
            logits.shape[-1],
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            dtype="float32",
        )(both)
