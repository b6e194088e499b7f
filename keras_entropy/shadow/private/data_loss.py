"""The compiled loss of the examples alone, without what layers and weights add."""

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.models import graph
from keras_entropy.models.copies import compile_like
from keras_entropy.models.copies import optimizer_like
from keras_entropy.shadow.backends.tensors import Tensor

# Examples on which a loss is tried, and how often.
_ROWS = 6
_TRIES = 3


class DataLoss:
    """The loss that a model is compiled with, of given outputs.

    Args:
        model: A compiled Keras model with one output.
    """

    def __init__(self, model: keras.Model) -> None:
        self._shape = model.outputs[0].shape
        outputs = keras.Input(batch_shape=self._shape, dtype=model.outputs[0].dtype)
        # A model without layers that add losses, and with the name that a loss may be
        # given under.
        name = graph.operation(model.outputs[0]).name
        same = keras.layers.Identity(name=name)(outputs)
        self._model = keras.Model(outputs, same)
        compile_like(self._model, model, optimizer_like(model.optimizer))

    def __call__(self, y: Tensor, outputs: Tensor, *weight: Tensor) -> Tensor:
        """Return the loss of a batch, with sample weights if there are any."""
        return self._model.compute_loss(
            x=None,
            y=y,
            y_pred=outputs,
            sample_weight=weight[0] if weight else None,
            training=True,
        )

    def sums(self, y: Array) -> bool:
        """Tell whether a batch's loss is the sum of its examples', not their mean.

        The loss itself is asked, whatever it is.

        Args:
            y: Some targets.

        Raises:
            ValueError: If it is neither: the loss sees the batch as a whole, and no
                part of its gradient is one example's.
        """
        rng = np.random.default_rng(0)
        y = np.resize(y[:_ROWS], (_ROWS, *y.shape[1:]))
        shape = [_ROWS, *(size or y.shape[1] for size in self._shape[1:])]
        sums = means = True
        for _ in range(_TRIES):
            values = np.exp(2 * rng.normal(size=shape))
            outputs = values / (1 + values.sum(-1, keepdims=True))
            weight = rng.uniform(0.5, 2, _ROWS).astype("float32")
            whole = self._of(y, outputs, weight)
            parts = [self._of(y[[i]], outputs[[i]], weight[[i]]) for i in range(_ROWS)]
            sums = sums and bool(np.isclose(whole, np.sum(parts), 1e-4, 1e-7))
            means = means and bool(np.isclose(whole, np.mean(parts), 1e-4, 1e-7))
        if sums == means:
            raise ValueError(
                "`model` must be compiled with a loss that is the mean, or the sum, of "
                "the losses of single examples: gradients of single examples are "
                "clipped, and this loss has none. "
                f"Received: loss={_told(self._model.loss)}, whose value for a batch is "
                "neither"
            )
        return sums

    def _of(self, y: Array, outputs: Array, weight: Array) -> float:
        tensors = [
            keras.ops.convert_to_tensor(array)
            for array in (y, outputs.astype("float32"), weight)
        ]
        return float(keras.ops.convert_to_numpy(self(*tensors)))


def _told(loss: Any) -> str:
    if isinstance(loss, str):
        return repr(loss)
    return getattr(loss, "__name__", type(loss).__name__)
