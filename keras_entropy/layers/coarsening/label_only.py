from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import ranks


@keras.saving.register_keras_serializable(package="keras_entropy")
class LabelOnly(Defense):
    """Gives away the predicted class and nothing else.

    The predicted class gets `confidence`, all others share what is left. An exact tie
    of several classes stays one.

    No layer that keeps the predictions can leak less. What remains is what labels tell:
    to an attacker who asks once, the gap between the accuracy on members and on others;
    to one who asks about neighbors of an input as well, nearly as much as the
    probabilities, since a model keeps its label farther around what it was trained on
    (Choquette-Choo et al., ICML 2021, arXiv:2007.14321). The price is that an answer no
    longer says how sure the model is; `BinnedFrequencies` and `RankFrequencies` leak
    the same or little more and give calibrated probabilities.

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
        if not self.confidence > 1 / self.built_classes:
            raise ValueError(
                "`confidence` must be above 1 / classes, or the predicted class would "
                f"not lead. Received: confidence={self.confidence}, "
                f"classes={self.built_classes}"
            )

    def call(self, inputs: Any) -> Any:
        winners = ranks.maxima(inputs)
        shared = winners / ops.maximum(ops.sum(winners, axis=-1, keepdims=True), 1.0)
        # A point between the winners' share of everything and the uniform row.
        classes = inputs.shape[-1]
        rest = (1.0 - self.confidence) / (classes - 1)
        out = rest + (1.0 - classes * rest) * shared
        return ranks.spread_nan(out, inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "confidence": self.confidence}
