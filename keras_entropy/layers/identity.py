from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense


@keras.saving.register_keras_serializable(package="keras_entropy")
class Identity(Defense):
    """Hands the probabilities on: the defense is how the model was trained.

    Stands where `keras_entropy.catalog` trains a model with another loss, and leaves
    its answers alone.

    Example:

    >>> import numpy as np, keras_entropy
    >>> keras_entropy.Identity()(np.array([[0.8, 0.1, 0.1]], "float32"))

    Args:
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        The inputs. Deterministic; exports to SavedModel and ONNX.
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        injective=True,
        permutation_equivariant=True,
    )

    def call(self, inputs: Any) -> Any:
        return inputs

    def invert(self, outputs: Floats) -> Floats:
        """Returns `outputs` in float64."""
        return np.asarray(outputs, "float64")
