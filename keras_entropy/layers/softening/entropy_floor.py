from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import probability_vectors

# After two, the distance from the uniform distribution is right to 2e-6 of itself for
# 2 to 1,000 classes and any row; after three, to 2e-11.
_STEPS = 3


@keras.saving.register_keras_serializable(package="keras_entropy")
class EntropyFloor(Defense):
    """Mixes each row with the uniform one, just enough to reach a given entropy.

    Formula: `out = (1 - w) * p + w / classes` with the smallest `w >= 0`, one for each
    row, for which `H(out) >= minimum * log(classes)`; found by Newton's method.

    Rows that are uncertain enough stay as they are; all others get the same entropy,
    so the entropy tells an attacker nothing about them. But it is one number out of
    `classes - 1`: an attacker who knows the layer follows the row away from the uniform
    one until its smallest probability is 0, which is almost where a confident row came
    from (`invert`). Put `TopK(1)` before this layer to destroy the other numbers, too.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.EntropyFloor(0.5)
    >>> layer(np.array([[1.0, 0.0, 0.0]], "float32"))  # about (0.87, 0.06, 0.06)

    Args:
        minimum: Float in `[0, 1]`, the least entropy as a share of `log(classes)`; 0
            is the identity, 1 makes every row uniform. Defaults to `0.5`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape, of at least the given entropy up to
        rounding; the ranking is kept; deterministic; exports to SavedModel and ONNX.

    Raises:
        ValueError: If `minimum` is not in `[0, 1]`.
    """

    claims = Claims(
        raises_entropy=True,
        keeps_argmax=True,
        keeps_ranking=True,
        permutation_equivariant=True,
    )

    def __init__(self, minimum: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= minimum <= 1:  # also rejects nan
            raise ValueError(
                f"`minimum` must be in [0, 1]. Received: minimum={minimum}"
            )
        self.minimum = float(minimum)

    def call(self, inputs: Any) -> Any:
        classes = inputs.shape[-1]
        uniform = 1.0 / classes
        # What the entropy may lack of its largest value.
        allowed = float((1.0 - self.minimum) * np.log(classes))
        if not allowed:
            return inputs + (uniform - inputs)  # which keeps a NaN
        away = inputs - uniform

        def lack(share: Any) -> tuple[Any, Any]:
            """The entropy's lack at a share of the way, and its derivative's share."""
            row = uniform + share * away
            logs = probability_vectors.log(row * classes)
            lacks = ops.sum(row * logs, axis=-1, keepdims=True)
            return lacks, share * ops.sum(away * logs, axis=-1, keepdims=True)

        # The lack grows with the square of the share at first, and then more slowly:
        # about as `square * share**2 / (1 + slower * share)`, which is right in the
        # end. From where that is allowed, Newton's method goes on in logarithms of
        # both, in which the lack is nearly a straight line.
        full, _ = lack(1.0)
        square = classes / 2 * ops.sum(ops.square(away), axis=-1, keepdims=True)
        slower = allowed * (square / full - 1.0)
        root = ops.sqrt(ops.square(slower) + 4.0 * allowed * square)
        share = ops.minimum((slower + root) / (2.0 * square), 1.0)
        for _ in range(_STEPS):
            lacks, derivative = lack(share)
            share = share * ops.power(allowed / lacks, lacks / derivative)
        weight = ops.where(full <= allowed, ops.zeros_like(share), 1.0 - share)
        return inputs + ops.stop_gradient(weight) * (uniform - inputs)

    def invert(self, outputs: Floats) -> Floats:
        """Returns an attacker's guess of the input probabilities, in float64.

        Rows at the floor are prolonged until their smallest entry is 0, the others
        are as they were.
        """
        outputs = np.asarray(outputs, "float64")
        uniform = 1 / outputs.shape[-1]
        logs = np.log(np.where(outputs > 0, outputs, 1.0))
        entropy = -(outputs * logs).sum(axis=-1, keepdims=True)
        floor = self.minimum * np.log(outputs.shape[-1])
        smallest = outputs.min(axis=-1, keepdims=True)
        reach = uniform / np.maximum(uniform - smallest, np.finfo("float64").eps)
        stretched = probability_vectors.project(uniform + reach * (outputs - uniform))
        return np.where(entropy > floor + 1e-5, outputs, stretched)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "minimum": self.minimum}
