from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy import _order
from keras_entropy._defense import Claims
from keras_entropy._defense import Defense


@keras.saving.register_keras_serializable(package="keras_entropy")
class TopK(Defense):
    """Keeps the largest probabilities and spreads the rest evenly.

    The `k` largest entries stay as they are; all others are replaced by their mean.
    Equal entries share a place, so more than `k` stay where the last place is tied.

    Entropy never falls and the ranking stays (with ties). What is destroyed is the
    order and size of the small entries; the confidence in the predicted class, on
    which most attacks rest, is given away unchanged.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.TopK(1)
    >>> layer(np.array([[0.7, 0.2, 0.1]], "float32"))  # (0.7, 0.15, 0.15)

    Args:
        k: Integer, at least 1 and below the number of classes. Defaults to `1`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `k` is no integer in its range.

    Reference:
        [Shokri et al., 2017](https://arxiv.org/abs/1610.05820), for restricting the
        answer to the top k classes.
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        permutation_equivariant=True,
    )

    def __init__(self, k: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if type(k) is not int or k < 1:  # `True` is no number of classes
            raise ValueError(f"`k` must be an integer, at least 1. Received: k={k!r}")
        self.k = k

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        if self.k >= input_shape[-1]:
            raise ValueError(
                "`k` must be below the number of classes. "
                f"Received: k={self.k}, classes={input_shape[-1]}"
            )

    def call(self, inputs: Any) -> Any:
        place = inputs.shape[-1] - self.k
        last = ops.sort(inputs, axis=-1)[..., place : place + 1]
        small = ops.cast(inputs < last, inputs.dtype)
        count = ops.maximum(ops.sum(small, axis=-1, keepdims=True), 1.0)
        mean = ops.sum(inputs * small, axis=-1, keepdims=True) / count
        # The mean of what is below `last` can't exceed it, but its rounding can.
        out = ops.where(inputs < last, ops.minimum(mean, last), inputs)
        return _order.spread_nan(out, inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k}


@keras.saving.register_keras_serializable(package="keras_entropy")
class LabelOnly(Defense):
    """Gives away the predicted class and nothing else.

    The predicted class gets `confidence`, all others share what is left. An exact tie
    of several classes stays one.

    No layer that keeps the predictions can leak less: what remains is the gap between
    the accuracy on members and on others. The price is that an answer no longer says
    how sure the model is; `BinnedFrequencies` and `RankFrequencies` leak the same or
    little more and give calibrated probabilities.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.LabelOnly(0.9)
    >>> layer(np.array([[0.5, 0.3, 0.2]], "float32"))  # (0.9, 0.05, 0.05)

    Args:
        confidence: Float in `(0, 1]`, the probability of the predicted class, more
            than 1 / classes. At 1 a wrong answer has probability 0, an infinite
            log-likelihood loss. Defaults to `1.0`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `confidence` is out of its range.

    Reference:
        [Yeom et al., 2018](https://arxiv.org/abs/1709.01604) for the attack that
        remains; [Choquette-Choo et al., 2021](https://arxiv.org/abs/2007.14321) for
        attacks that query the neighborhood of an example.
    """

    claims = Claims(keeps_argmax=True, keeps_ranking=True, permutation_equivariant=True)

    def __init__(self, confidence: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 < confidence <= 1:  # also rejects nan
            raise ValueError(
                "`confidence` must be above 0 and at most 1. "
                f"Received: confidence={confidence}"
            )
        self.confidence = float(confidence)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        if not self.confidence > 1 / input_shape[-1]:
            raise ValueError(
                "`confidence` must be above 1 / classes, or the predicted class would "
                f"not lead. Received: confidence={self.confidence}, "
                f"classes={input_shape[-1]}"
            )

    def call(self, inputs: Any) -> Any:
        winners = _order.maxima(inputs)
        shared = winners / ops.maximum(ops.sum(winners, axis=-1, keepdims=True), 1.0)
        # A point between the winners' share of everything and the uniform row.
        classes = inputs.shape[-1]
        rest = (1.0 - self.confidence) / (classes - 1)
        out = rest + (1.0 - classes * rest) * shared
        return _order.spread_nan(out, inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "confidence": self.confidence}
