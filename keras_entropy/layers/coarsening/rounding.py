from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics import ranks


@keras.saving.register_keras_serializable(package="keras_entropy")
class Rounding(Defense):
    """Rounds probabilities to a number of decimals, so that they still sum to 1.

    By the largest remainder: each probability is rounded down, and the units
    `10**-decimals` that are missing in the sum go to the entries that lost most.
    Entries that lost equally share what is left for them, so that the result does not
    depend on the order of the classes; only then a value is between two units.

    The ranking stays (with ties), so the argmax is among the largest entries. Rounding
    hides only differences below a unit, and members and others differ by more.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.Rounding(1)
    >>> layer(np.array([[0.57, 0.28, 0.15]], "float32"))  # (0.6, 0.3, 0.1)

    Args:
        decimals: Integer from 0 to 5; with 0 the largest entry gets everything.
            Defaults to `1`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `decimals` is no integer in its range.

    Reference:
        [Shokri et al., 2017](https://arxiv.org/abs/1610.05820), for coarsening the
        answer.
    """

    claims = Claims(keeps_argmax=True, keeps_ranking=True, permutation_equivariant=True)

    def __init__(self, decimals: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # A float32 below 1 has 7 digits: more decimals would round nothing.
        if type(decimals) is not int or not 0 <= decimals <= 5:
            raise ValueError(
                "`decimals` must be an integer from 0 to 5. "
                f"Received: decimals={decimals!r}"
            )
        self.decimals = decimals

    def call(self, inputs: Any) -> Any:
        units = 10.0**self.decimals
        scaled = inputs * units
        whole = ops.floor(scaled)
        lost = scaled - whole
        missing = ops.round(units - ops.sum(whole, axis=-1, keepdims=True))
        missing = ops.clip(missing, 0.0, float(inputs.shape[-1]))
        # One unit for everything above the `missing`-th largest loss, and what is
        # left then for those that have just this loss.
        places = ops.arange(1, inputs.shape[-1] + 1, dtype=inputs.dtype)
        ordered = ops.flip(ops.sort(lost, axis=-1), axis=-1)
        last = ops.sum(
            ops.where(places == missing, ordered, ops.zeros_like(ordered)),
            axis=-1,
            keepdims=True,
        )
        above = ops.cast(lost > last, inputs.dtype)
        equal = ops.cast(lost == last, inputs.dtype)
        left = missing - ops.sum(above, axis=-1, keepdims=True)
        share = left / ops.maximum(ops.sum(equal, axis=-1, keepdims=True), 1.0)
        given = ops.where(missing > 0, above + equal * share, ops.zeros_like(inputs))
        total = ops.sum(whole + given, axis=-1, keepdims=True)
        return ranks.spread_nan((whole + given) / total, inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "decimals": self.decimals}
