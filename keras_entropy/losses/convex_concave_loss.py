from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.losses.one_hot_rows import one_hot_rows


@keras.saving.register_keras_serializable(package="keras_entropy")
class ConvexConcaveLoss(keras.losses.Loss):
    """Cross-entropy, less convex by a concave term (CCL), so that losses vary more.

    Formula: `alpha * crossentropy(y_true, y_pred) - (1 - alpha) * exp(p)` for each
    example, where `p` is the probability of its class: the form of the paper's code
    (`ccel`). Negative where the model is sure. The code multiplies all by .05 as well,
    which says no more than the learning rate does, and is left to that.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    ... )
    >>> model.compile("adam", keras_entropy.ConvexConcaveLoss(0.5))

    Args:
        alpha: Float in `(0, 1]`: weight of the convex term; 1 is cross-entropy.
            Defaults to `0.5`, as in the paper's code.
        reduction: As in `keras.losses.Loss`. Defaults to `"sum_over_batch_size"`.
        name: Name of the loss. Defaults to `"convex_concave_loss"`.
        dtype: As in `keras.losses.Loss`. Defaults to `None`.

    Call arguments:
        y_true: Class indices `(batch, ...)` or `(batch, ..., 1)`, or one-hot rows
            `(batch, ..., classes)`.
        y_pred: Class probabilities `(batch, ..., classes)`.

    Raises:
        ValueError: If `alpha` is out of its range.

    Reference:
        [Liu et al., 2024](https://arxiv.org/abs/2402.05453)
    """

    def __init__(
        self,
        alpha: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "convex_concave_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if not 0 < alpha <= 1:  # also rejects nan
            raise ValueError(
                f"`alpha` must be above 0 and at most 1. Received: alpha={alpha}"
            )
        self.alpha = float(alpha)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        labels = one_hot_rows(y_true, y_pred)
        convex = keras.losses.categorical_crossentropy(labels, y_pred)
        given = ops.sum(labels * y_pred, axis=-1)
        return self.alpha * convex - (1.0 - self.alpha) * ops.exp(given)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}
