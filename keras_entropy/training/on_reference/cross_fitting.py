"""Honest answers about reference examples that a model was trained on."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.models.defending import probabilities_of
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training.on_reference.reference_training import USUAL
from keras_entropy.training.on_reference.reference_training import ReferenceTraining
from keras_entropy.training.on_reference.reference_training import reference_of
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class CrossFitting:
    """Asks each reference example of a model that was trained on the others.

    A layer that is fitted to what a model says about its own training examples learns
    that the model is hardly ever wrong. What it is fitted to here holds no private
    example, so that the numbers of the layer tell nothing of one.

    Args:
        training: How the models are trained. Defaults to the usual one.
        folds: Integer, at least 2: models, each of which is asked about the examples
            that were left out of its training. Defaults to `5`.
    """

    training: ReferenceTraining = USUAL
    folds: int = 5

    def model_epochs(self, data: TrainingData) -> int:
        """Returns what the calls of `progress` will add up to."""
        return self.folds * self.training.epochs(data)

    def answers(
        self,
        model: keras.Model,
        data: TrainingData,
        *,
        progress: Progress | None = None,
    ) -> Array:
        """Returns float32 `(r, classes)`: class probabilities of the reference.

        Args:
            model: A model that ends in probabilities. Its weights are not used.
            data: Holds the reference.
            progress: See `Recipe`.
        """
        x, y = reference_of(data)
        # The folds, the order and the start are no secret: nothing private is here.
        fold = np.random.default_rng(0).permutation(np.arange(len(x)) % self.folds)
        kept = len(x) - np.bincount(fold).max()
        rows = np.stack([np.flatnonzero(fold != k)[:kept] for k in range(self.folds)])
        plain = probabilities_of(model)
        stack = self.training.train(
            plain, model, data, (x, y), rows, range(self.folds), progress
        )
        return predict(plain, stack, x)[fold, np.arange(len(x))]
