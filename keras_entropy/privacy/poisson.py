"""What noise is worth where each step takes a random part of the examples."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_entropy.arrays import Floats

# Width of the cells in which privacy losses are counted, upward.
_CELL = 1e-3
# Epsilons that an ROC curve is bounded at.
_EPSILONS = np.concatenate([[0.0], np.geomspace(1e-3, 60.0, 400)])


class PrivacyLoss:
    """The privacy loss of steps with noise and Poisson sampling.

    `dp-accounting` computes its distribution, for add or remove, rounded so that what
    follows are upper bounds.

    Args:
        steps: Integer, at least 1.
        noise_multiplier: Float above 0.
        sampling_rate: Float above 0 and below 1.

    Raises:
        ValueError: If `dp-accounting` is not installed.
    """

    def __init__(
        self, steps: int, noise_multiplier: float, sampling_rate: float
    ) -> None:
        try:
            from dp_accounting.pld import privacy_loss_distribution as library
        except ImportError as error:
            raise ValueError(
                "`dp-accounting` must be installed to tell what noise is worth where "
                "steps take a part of the examples: pip install 'keras-entropy[dp]'. "
                "Steps that take all of them need none. "
                f"Received: sampling_rate={sampling_rate}"
            ) from error
        self._loss: Any = library.from_gaussian_mechanism(
            noise_multiplier,
            sampling_prob=sampling_rate,
            value_discretization_interval=_CELL,
        ).self_compose(steps)

    def epsilon_of(self, delta: float) -> float:
        """Returns epsilon at a delta, for add or remove."""
        return float(self._loss.get_epsilon_for_delta(delta))

    def epsilon_of_swap(self, delta: float) -> float:
        """Returns an upper bound on epsilon at a delta, for swap.

        A swap is a removal and an addition: twice epsilon, at (1 + e^epsilon) times
        the delta of one.
        """
        low, high = 0.0, 1.0

        def total(epsilon: float) -> float:
            one = float(self._loss.get_delta_for_epsilon(epsilon))
            return one * (1 + math.exp(epsilon)) if one else 0.0

        while total(high) > delta:
            low, high = high, high * 2
            if high > 500:
                return math.inf
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if total(middle) <= delta else (middle, high)
        return 2 * high

    def auc_bound(self) -> float:
        """Returns the largest AUC of any attack, for add or remove."""
        return _area(self._detected)

    def auc_bound_of_swap(self) -> float:
        """Returns an upper bound on the AUC of any attack, for swap."""
        return _area(lambda rates: self._detected(self._detected(rates)))

    def _detected(self, false: Floats) -> Floats:
        """Returns an upper bound on the true positive rate at false positive rates."""
        slopes, deltas = self._lines
        lines = slopes * false[:, None] + deltas
        # The same lines, with the two sets in each other's place.
        turned = 1 - (1 - deltas - false[:, None]) / slopes
        best: Floats = np.minimum(lines, turned).min(axis=1)
        return np.clip(best, false, 1.0)

    @functools.cached_property
    def _lines(self) -> tuple[Floats, Floats]:
        deltas = self._loss.get_delta_for_epsilon(_EPSILONS)
        return np.exp(_EPSILONS), np.asarray(deltas, "float64")


def _area(detected: Callable[[Floats], Floats]) -> float:
    """Returns an upper bound on the area under a rising curve."""
    ends = np.concatenate(
        [[0.0], np.geomspace(1e-9, 0.01, 400), np.linspace(0.01, 1.0, 4001)[1:]]
    )
    # A rising curve is below its value at the right end of each part.
    return min(1.0, float(np.sum(np.diff(ends) * detected(ends[1:]))))
