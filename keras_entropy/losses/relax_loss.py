from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.losses.one_hot_rows import one_hot_rows
from keras_entropy.numerics.argument_checks import check_nonnegative


@keras.saving.register_keras_serializable(package="keras_entropy")
class RelaxLoss(keras.losses.Loss):
    """Cross-entropy that is held at a level that others' examples have too.

    While the mean over the batch is at least `level`, plain cross-entropy. Below it,
    half of `crossentropy(flat, y_pred) - crossentropy(y_true, y_pred)`: an ascent back
    to the level, and the posterior flattened, where `flat` keeps the probability of
    the class and shares the rest evenly, and is no part of the gradient. The paper
    alternates the two by epochs; a loss knows no epochs, so that each step takes half
    of both, which has the same mean.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    ... )
    >>> model.compile("adam", keras_entropy.RelaxLoss(0.2))

    Args:
        level: Float, at least 0, in nats; 0 is cross-entropy. About the loss of a good
            model on examples that it was not trained on. Defaults to `0.2`.
        reduction: As in `keras.losses.Loss`. Defaults to `"sum_over_batch_size"`.
        name: Name of the loss. Defaults to `"relax_loss"`.
        dtype: As in `keras.losses.Loss`. Defaults to `None`.

    Call arguments:
        y_true: Class indices `(batch, ...)` or `(batch, ..., 1)`, or one-hot rows
            `(batch, ..., classes)`.
        y_pred: Class probabilities `(batch, ..., classes)`.

    Raises:
        ValueError: If `level` is negative or not finite.

    Reference:
        [Chen et al., 2022](https://arxiv.org/abs/2207.05801)
    """

    def __init__(
        self,
        level: float = 0.2,
        reduction: str | None = "sum_over_batch_size",
        name: str = "relax_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.level = check_nonnegative("level", level)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        labels = one_hot_rows(y_true, y_pred)
        given = ops.sum(labels * y_pred, axis=-1, keepdims=True)
        rest = (1.0 - given) / (y_pred.shape[-1] - 1)
        flat = ops.stop_gradient(rest + (given - rest) * labels)
        plain, flattened = (
            keras.losses.categorical_crossentropy(target, y_pred)
            for target in (labels, flat)
        )
        above = ops.mean(plain) >= self.level
        return ops.where(above, plain, 0.5 * (flattened - plain))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "level": self.level}
