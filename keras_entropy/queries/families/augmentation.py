"""The augmentation that a model holds: its own neighbors of an example."""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Iterator

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.families.input_space import InputSpace
from keras_entropy.queries.families.layer_calls import called

# Keras has no class for them alone. (AugMix can't be repeated: it draws from NumPy's
# global generator.)
_AUGMENTING = tuple(
    layer for name, layer in vars(keras.layers).items() if name.startswith("Rand")
)
# What may stand between the inputs and the augmentation, and is undone after it.
_UNDONE = (keras.layers.Rescaling, keras.layers.Reshape)
# What may stand there and is left out, as inputs keep their size.
_PASSED = (
    keras.layers.InputLayer,
    keras.layers.Identity,
    keras.layers.Resizing,
    keras.layers.CenterCrop,
    keras.layers.RandomCrop,
)


class Augmentation(Family):
    """Applies the augmentation layers of a model, in their order, as in training.

    Args:
        model: Keras model.
        space: What inputs can be.
        seed: Integer.
    """

    def __init__(self, model: keras.Model, space: InputSpace, seed: int) -> None:
        super().__init__("augmentation", seed)
        self._space = space
        self._layers = _first_layers(model)

    def changes(self, x: Array, y: Integers) -> bool:
        """Whether the model has such layers and they change inputs."""
        questions = self.questions(x, y, 2 if self._layers else 0)
        # A contrast of 1 changes images by rounding.
        little = 1e-5 * float(self._space.spread.max())
        return any(not np.allclose(question, x, atol=little) for question in questions)

    def question(self, x: Array, y: Integers, number: int) -> Array:
        undo: list[Callable[[Floats], Floats]] = []
        values: Floats = x.astype(np.float32)
        for index, layer in enumerate(self._layers):
            if isinstance(layer, keras.layers.Rescaling):
                scale = np.asarray(layer.scale, np.float32)
                offset = np.asarray(layer.offset, np.float32)
                values = values * scale + offset
                undo.append(functools.partial(_rescaled_back, scale, offset))
            elif isinstance(layer, keras.layers.Reshape):
                undo.append(functools.partial(_reshaped, values.shape))
                values = values.reshape(len(values), *layer.target_shape)
            else:
                # Layers of one seed would all draw alike.
                seed = (self.number(number) + index) % 2**31
                values = called(layer, values, seed).astype(np.float32)
        for step in reversed(undo):
            values = step(values)
        return self._space.like(values, x)


def _rescaled_back(scale: Floats, offset: Floats, values: Floats) -> Floats:
    return (values - offset) / scale


def _reshaped(shape: tuple[int, ...], values: Floats) -> Floats:
    return values.reshape(shape)


def _first_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Returns the augmentation of a model's inputs and what it stands behind."""
    found: list[keras.layers.Layer] = []
    augmented = 0
    for layer in _flat(model):
        if isinstance(layer, _PASSED):
            continue
        if isinstance(layer, _AUGMENTING):
            found.append(layer)
            augmented = len(found)
        elif isinstance(layer, _UNDONE):
            found.append(layer)
        else:
            break  # from here on features are augmented, not inputs
    return found[:augmented]


def _flat(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the layers of a model, and of models and pipelines inside it."""
    for layer in model.layers:
        if isinstance(layer, (keras.Model, keras.layers.Pipeline)):
            yield from _flat(layer)
        else:
            yield layer
