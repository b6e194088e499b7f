"""Training on answers of other models, in the place of labels."""

from __future__ import annotations

import functools

import keras

from keras_entropy.shadow.stack import Stack
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData

# Of probabilities given as targets: their Kullback-Leibler divergence and a constant.
_CROSSENTROPY = functools.partial(keras.losses.CategoricalCrossentropy)


def train_on_soft_labels(
    defended: keras.Model,
    model: keras.Model,
    data: TrainingData,
    progress: Progress | None = None,
) -> Stack:
    """Returns K models, trained from fresh weights on probabilities.

    Args:
        defended: The model that is trained. It is compiled anew.
        model: The undefended model, whose optimizer it is trained with.
        data: With probabilities `(N, classes)` or `(K, N, classes)` for `y`.
        progress: See `Recipe`.
    """
    compile_with(defended, _CROSSENTROPY, like=model)
    return data.train_models(defended, progress=progress)
