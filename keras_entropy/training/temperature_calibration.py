"""The temperature that makes a model's answers as probable as it is right."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.arrays import softmax
from keras_entropy.labels import class_indices
from keras_entropy.layers.fitted_defense import check_reference
from keras_entropy.layers.softening.temperature_scaling import TemperatureScaling
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.numerics import probability_vectors
from keras_entropy.training.example_checks import check_lengths

_BISECTIONS = 60


def fit_temperature(
    model: keras.Model, x: Any, y: Any, *, from_logits: bool = False
) -> keras.Model:
    """Returns the model with the temperature that fits reference examples best.

    The one number that minimizes the negative log-likelihood of their labels. It
    calibrates an overconfident model and keeps every prediction, and it is no defense:
    an attacker divides the temperature out. The layer allows none below 1, so that a
    model that is not sure enough of itself is given 1, which changes nothing.

    Example:

    >>> calibrated = keras_entropy.fit_temperature(model, x_validation, y_validation)
    >>> calibrated.layers[-1].temperature

    Args:
        model: Keras classifier, as for `keras_entropy.defend`.
        x: Array `(n, ...)` of inputs that the model was not trained on.
        y: Class indices `(n,)`, or one-hot rows `(n, classes)`.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.

    Returns:
        A new, uncompiled `keras.Model` that ends in `TemperatureScaling`.

    Raises:
        ValueError: If there is no example, `x` and `y` have different lengths, a label
            is no class, the model can't be defended, or its answers have so little to
            do with the labels that no finite temperature is best.

    Reference:
        [Guo et al., 2017](https://arxiv.org/abs/1706.04599)
    """
    undefended = probabilities_of(model, from_logits=from_logits)
    labels = class_indices(y, undefended.outputs[0].shape[-1])
    x = np.asarray(x)
    check_lengths(x, labels)
    outputs = undefended.predict(x, verbose=0)
    temperature = best_temperature(*check_reference(outputs, labels))
    return defend(model, TemperatureScaling(temperature), from_logits=from_logits)


def best_temperature(outputs: Floats, labels: Integers) -> float:
    """Returns the temperature, at least 1, with the smallest mean NLL.

    Args:
        outputs: Array `(n, classes)` of probabilities.
        labels: Integer array `(n,)`.

    Raises:
        ValueError: If the NLL falls for ever as the temperature grows.
    """
    logs = np.log(np.maximum(outputs.astype("float64"), probability_vectors.TINY))
    given = logs[np.arange(len(labels)), labels].mean()

    def slope(inverse: float) -> float:
        """The derivative of the mean NLL, which is convex in 1 / temperature."""
        weights = softmax(inverse * (logs - logs.max(axis=-1, keepdims=True)))
        return float((weights * logs).sum(axis=-1).mean() - given)

    if slope(1.0) <= 0:
        return 1.0
    if slope(0.0) >= 0:
        raise ValueError(
            "The labels are no likelier under the model's answers than under uniform "
            "ones, so that no finite temperature is best. Check that `y` belongs to "
            f"`x`. Received: a mean logarithm of {given:.3g} for the labels, of "
            f"{logs.mean():.3g} for all classes"
        )
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return 1.0 / high
