"""A guarantee that stays with its model, also in a file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.identity import Identity
from keras_entropy.models.defending import defend
from keras_entropy.privacy.guarantee import Guarantee


@keras.saving.register_keras_serializable(package="keras_entropy")
class Guaranteed(Defense):
    """Hands the probabilities on, and keeps what the training guarantees.

    Example:

    >>> layer = Guaranteed(guarantee_of(steps=100, noise_multiplier=20.0, delta=1e-4))
    >>> print(layer.guarantee)

    Args:
        guarantee: A `Guarantee`, or its configuration.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        The inputs.
    """

    claims: Claims = Identity.claims

    def __init__(self, guarantee: Guarantee | dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(guarantee, Guarantee):
            guarantee = Guarantee(**guarantee)
        self.guarantee = guarantee

    def call(self, inputs: Any) -> Any:
        return inputs

    def invert(self, outputs: Floats) -> Floats:
        """Returns `outputs` in float64."""
        return np.asarray(outputs, "float64")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "guarantee": self.guarantee.get_config()}


def attach(model: keras.Model, guarantee: Guarantee) -> keras.Model:
    """Returns the model with its guarantee, which is saved with it.

    Args:
        model: A classifier that ends in probabilities, as for `keras_entropy.defend`.
        guarantee: What its training guarantees.
    """
    return defend(model, Guaranteed(guarantee))


def guarantee_in(model: keras.Model) -> Guarantee | None:
    """Returns the guarantee that a model was given, or `None` if it has none.

    Example:

    >>> model = keras.models.load_model("defended.keras")
    >>> print(guarantee_in(model))

    What a file says is as trustworthy as who wrote it; training the model on goes on
    without a guarantee, and leaves what is written here.

    Args:
        model: A Keras model, trained or loaded.
    """
    for layer in reversed(model.layers):
        if isinstance(layer, Guaranteed):
            return layer.guarantee
    return None
