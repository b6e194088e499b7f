"""Adam, for the small networks that are trained in NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Floats

_FIRST_DECAY, _SECOND_DECAY = 0.9, 0.999
# 1 less the decays: the subtraction would differ in the last digit.
_FIRST_SHARE, _SECOND_SHARE = 0.1, 0.001


class Adam:
    """Steps down a gradient, each weight at its own rate.

    Reference: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015,
    arXiv:1412.6980.

    Args:
        weights: Float arrays, which the steps change in place.
        epsilon: Float, added to the root of the squared gradients' mean. Defaults to
            1e-7, as in Keras.
    """

    def __init__(self, weights: Sequence[Floats], *, epsilon: float = 1e-7) -> None:
        self._weights = list(weights)
        self._means = [np.zeros_like(weight) for weight in weights]
        self._squares = [np.zeros_like(weight) for weight in weights]
        self._epsilon = epsilon
        self._steps = 0

    def step(self, gradients: Sequence[Floats], rate: float) -> None:
        """Takes one step.

        Args:
            gradients: Float arrays, of the weights' shapes and in their order.
            rate: Float, the learning rate of this step.
        """
        self._steps += 1
        # Both means start from zero; this makes up for it.
        rate = rate * np.sqrt(1 - _SECOND_DECAY**self._steps)
        rate = rate / (1 - _FIRST_DECAY**self._steps)
        for weight, mean, square, gradient in zip(
            self._weights, self._means, self._squares, gradients, strict=True
        ):
            # The weights' own type: a float64 would promote float32 weights.
            number = weight.dtype.type
            mean += _FIRST_SHARE * (gradient - mean)
            square += _SECOND_SHARE * (gradient**2 - square)
            weight -= number(rate) * mean / (np.sqrt(square) + number(self._epsilon))
