"""Prediction by many models with one architecture."""

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.shadow import arguments
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.groups import common_size
from keras_entropy.shadow.groups import groups_of
from keras_entropy.shadow.stack import Stack

# Bounds the memory: a call is too short for threads to pay.
_LARGEST_GROUP = 64


def predict(
    model: keras.Model, stack: Stack, x: Array, *, batch_size: int = 1024
) -> Floats:
    """Return the outputs of every model of a stack at inference.

    Args:
        model: A built Keras model with one output.
        stack: `Stack` with the values of its `K` models.
        x: Array of inputs, as for `train`.
        batch_size: Integer, rows of one call of the compiled model.

    Returns:
        float32 array `(K, N, ...)`.

    Raises:
        ValueError: If `x` doesn't fit the model's input.
    """
    models = len(stack)
    x, own = arguments.checked_inputs(x, models, model)
    values = stack.values(model)
    outputs = []
    size = common_size(models, _LARGEST_GROUP, engine.predicts_at_once(model))
    predictor = engine.predictor(model, size)
    for group in groups_of(models, size or 1):
        take = group if size else group.start
        result = predictor(
            [value[take] for value in values],
            x[take] if own else x,
            own and size is not None,
            batch_size,
        )
        outputs.append(result if size else result[None])
    return np.concatenate(outputs).astype(np.float32, copy=False)
