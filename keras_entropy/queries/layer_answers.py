"""What a layer makes of many models' answers, without asking the models again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Defense

# Probabilities that go through a layer at a time; what it keeps meanwhile is a few
# times as large.
_MOST_ENTRIES = 1 << 24


class LayerAnswers:
    """Function from the answers of K models to those behind a layer.

    Args:
        layer: A layer that expects probabilities. Where `weights` are given, its own
            are overwritten.
        weights: The layer's weights behind each of the K models, as of `get_weights`.
            Defaults to `None`: those that it has, behind all of them.

    Raises:
        ValueError: If the layer expects logits, which answers don't tell.

    Example:

        >>> from keras_entropy import TopK
        >>> behind = LayerAnswers(TopK(1))
        >>> behind(np.array([[[0.5, 0.3, 0.2]]])).shape
        (1, 1, 3)
    """

    def __init__(
        self, layer: Defense, weights: Sequence[Sequence[Array]] | None = None
    ) -> None:
        if layer.expects != "probabilities":
            raise ValueError(
                "`layer` must expect probabilities. Received: "
                f"{type(layer).__name__}, which expects {layer.expects}"
            )
        self._layer = layer
        self._weights = weights

    def __call__(self, answers: Array) -> Floats:
        """Returns float32 `(K, N, C)`.

        Args:
            answers: Floats `(K, N, C)`, probabilities.
        """
        if self._weights is None:
            return self._answered(answers)
        found = []
        for weights, rows in zip(self._weights, answers, strict=True):
            self._layer.set_weights(list(weights))
            found.append(self._answered(rows))
        return np.stack(found)

    def _answered(self, answers: Array) -> Floats:
        parts = -(-answers.size // _MOST_ENTRIES)
        found = [
            ops.convert_to_numpy(self._layer(rows))
            for rows in np.array_split(answers, max(1, parts), axis=-2)
        ]
        return np.concatenate(found, axis=-2)
