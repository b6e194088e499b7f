from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics.argument_checks import check_nonnegative


@keras.saving.register_keras_serializable(package="keras_entropy")
class EntropyRegularization(Defense):
    """Rewards uncertain outputs while the model trains (M-17 of the study).

    Adds `weight / (1 + mean(H(p)))` to the training loss, H in nats, over the batch,
    and hands the probabilities on unchanged. At inference it is the identity, so it
    protects only a model that was trained with it: `keras_entropy.catalog.build`
    does that.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential([
    ...     keras.Input((4,)),
    ...     keras.layers.Dense(3, activation="softmax"),
    ...     keras_entropy.EntropyRegularization(2.0),
    ... ])
    >>> model.compile("adam", "sparse_categorical_crossentropy")

    Args:
        weight: Float, at least 0; the loss added per batch lies between
            `weight / (1 + log(classes))` and `weight`. Defaults to `2.0`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.
        training: Boolean, whether to add the loss.

    Returns:
        The inputs. Deterministic; exports to SavedModel and ONNX.

    Raises:
        ValueError: If `weight` is negative or not finite.

    Reference:
        [Pereyra et al., 2017](https://arxiv.org/abs/1701.06548), for penalizing
        confident outputs in training.
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        injective=True,
        permutation_equivariant=True,
    )

    def __init__(self, weight: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight = check_nonnegative("weight", weight)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if training and self.weight > 0:
            mean_entropy = ops.mean(probability_vectors.entropy(inputs))
            self.add_loss(self.weight / (1.0 + mean_entropy))
        return inputs

    def invert(self, outputs: Floats) -> Floats:
        """Returns `outputs` in float64: the layer is the identity."""
        return np.asarray(outputs, "float64")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "weight": self.weight}
