from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics.argument_checks import check_nonnegative


@keras.saving.register_keras_serializable(package="keras_entropy")
class EntropyRegularizedCrossentropy(keras.losses.Loss):
    """Cross-entropy that also rewards uncertain outputs (M-17 of the study).

    Formula: `crossentropy(y_true, y_pred) + weight / (1 + mean(H(y_pred)))`, H in
    nats, with the mean over the batch. The same as training with cross-entropy and
    the layer `keras_entropy.EntropyRegularization`, for models that take a loss and
    no further layer.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    ... )
    >>> model.compile("adam", keras_entropy.EntropyRegularizedCrossentropy(2.0))

    Args:
        weight: Float, at least 0. Defaults to `2.0`.
        reduction: As in `keras.losses.Loss`. Defaults to `"sum_over_batch_size"`.
        name: Name of the loss. Defaults to `"entropy_regularized_crossentropy"`.
        dtype: As in `keras.losses.Loss`. Defaults to `None`.

    Call arguments:
        y_true: Class indices `(batch, ...)` or `(batch, ..., 1)`, or one-hot rows
            `(batch, ..., classes)`.
        y_pred: Class probabilities `(batch, ..., classes)`.

    Raises:
        ValueError: If `weight` is negative or not finite.

    Reference:
        [Pereyra et al., 2017](https://arxiv.org/abs/1701.06548), for penalizing
        confident outputs in training.
    """

    def __init__(
        self,
        weight: float = 2.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "entropy_regularized_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.weight = check_nonnegative("weight", weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        one_hot = len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] != 1
        crossentropy = (
            keras.losses.categorical_crossentropy
            if one_hot
            else keras.losses.sparse_categorical_crossentropy
        )
        mean_entropy = ops.mean(probability_vectors.entropy(y_pred))
        return crossentropy(y_true, y_pred) + self.weight / (1.0 + mean_entropy)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "weight": self.weight}
