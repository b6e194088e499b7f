"""The temperature that makes a model's answers as probable as it is right."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.labels import class_indices
from keras_entropy.layers.fitted_defense import check_reference
from keras_entropy.layers.softening.best_temperature import best_temperature
from keras_entropy.layers.softening.temperature_scaling import TemperatureScaling
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.training.example_checks import check_lengths


def fit_temperature(
    model: keras.Model, x: Any, y: Any, *, from_logits: bool = False
) -> keras.Model:
    """Returns the model with the temperature that fits reference examples best.

    The one number that minimizes the negative log-likelihood of their labels. It
    calibrates an overconfident model and keeps every prediction, and it is no defense:
    an attacker divides the temperature out. The layer allows none below 1, so that a
    model that is not sure enough of itself is given 1, which changes nothing:
    `FittedTemperature` sharpens it.

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
