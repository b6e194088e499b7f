"""Labels as losses get them, as one-hot rows."""

from __future__ import annotations

from typing import Any

from keras import ops


def one_hot_rows(y_true: Any, y_pred: Any) -> Any:
    """Returns labels `(batch, ..., classes)` in the dtype of the predictions.

    Args:
        y_true: Class indices `(batch, ...)` or `(batch, ..., 1)`, or one-hot rows.
        y_pred: Probabilities `(batch, ..., classes)`.
    """
    classes = y_pred.shape[-1]
    if len(y_true.shape) == len(y_pred.shape):
        if y_true.shape[-1] != 1:
            return ops.cast(y_true, y_pred.dtype)
        y_true = ops.squeeze(y_true, axis=-1)
    return ops.one_hot(ops.cast(y_true, "int32"), classes, dtype=y_pred.dtype)
