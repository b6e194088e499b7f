from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.losses.one_hot_rows import one_hot_rows
from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics.argument_checks import check_nonnegative

_BISECTIONS = 60


@keras.saving.register_keras_serializable(package="keras_entropy")
class HighEntropyLabelLoss(keras.losses.Loss):
    """Teaches uncertain answers by uncertain labels (the training half of HAMP).

    Formula: `KL(soft || y_pred) - weight * H(y_pred)`, in nats, for each example. The
    soft label gives the class `high_entropy_peak(classes, label_entropy)` and shares
    the rest evenly: the surest label whose entropy is `label_entropy` of the largest.

    The paper's code divides the divergence by the number of classes, where here it is
    that of each example: its weight times the number of classes is ours.
    `keras_entropy.RankMap` is the other half, for the trained model;
    `keras_entropy.catalog.build("hamp", ...)` does both.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    ... )
    >>> model.compile("adam", keras_entropy.HighEntropyLabelLoss(0.8, weight=0.1))

    Args:
        label_entropy: Float in `[0, 1)`: entropy of the labels as a share of
            `log(classes)`; 0 is one-hot. Defaults to `0.95`.
        weight: Float, at least 0, of the entropy. Defaults to `0.01`.
        reduction: As in `keras.losses.Loss`. Defaults to `"sum_over_batch_size"`.
        name: Name of the loss. Defaults to `"high_entropy_label_loss"`.
        dtype: As in `keras.losses.Loss`. Defaults to `None`.

    Call arguments:
        y_true: Class indices `(batch, ...)` or `(batch, ..., 1)`, or one-hot rows
            `(batch, ..., classes)`.
        y_pred: Class probabilities `(batch, ..., classes)`.

    Raises:
        ValueError: If `label_entropy` or `weight` is out of its range.

    Reference:
        [Chen and Pattabiraman, 2024](https://arxiv.org/abs/2307.01610)
    """

    def __init__(
        self,
        label_entropy: float = 0.95,
        weight: float = 0.01,
        reduction: str | None = "sum_over_batch_size",
        name: str = "high_entropy_label_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.weight = check_nonnegative("weight", weight)
        self.label_entropy = _check_share(label_entropy)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        classes = y_pred.shape[-1]
        peak = high_entropy_peak(classes, self.label_entropy)
        rest = (1.0 - peak) / (classes - 1)
        soft = rest + (peak - rest) * one_hot_rows(y_true, y_pred)
        divergence = keras.losses.kl_divergence(soft, y_pred)
        return divergence - self.weight * probability_vectors.entropy(y_pred)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "label_entropy": self.label_entropy,
            "weight": self.weight,
        }


def high_entropy_peak(classes: int, label_entropy: float) -> float:
    """Returns the largest probability of a label of the given entropy.

    The label shares the rest evenly among the other classes. By bisection, as the
    entropy falls where the peak grows.

    Args:
        classes: Integer, at least 2.
        label_entropy: Float in `[0, 1)`, as a share of `log(classes)`.

    Raises:
        ValueError: If an argument is out of its range.
    """
    if not classes >= 2:
        raise ValueError(f"`classes` must be at least 2. Received: classes={classes}")
    target = _check_share(label_entropy) * np.log(classes)
    low, high = 1.0 / classes, 1.0
    for _ in range(_BISECTIONS):
        peak = (low + high) / 2
        rest = 1.0 - peak
        entropy = -peak * np.log(peak)
        if rest > 0:
            entropy -= rest * np.log(rest / (classes - 1))
        low, high = (peak, high) if entropy >= target else (low, peak)
    return float(low if label_entropy > 0 else 1.0)


def _check_share(label_entropy: float) -> float:
    if not 0 <= label_entropy < 1:  # also rejects nan
        raise ValueError(
            "`label_entropy` must be at least 0 and below 1. "
            f"Received: label_entropy={label_entropy}"
        )
    return float(label_entropy)
