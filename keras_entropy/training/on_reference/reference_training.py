"""Models trained on the reference alone: where other recipes start."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.label_losses import SMOOTHED
from keras_entropy.training.label_losses import MadeLoss
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData

# A start from fewer is no better than fresh weights.
FEWEST_EXAMPLES = 20


@dataclasses.dataclass(frozen=True)
class ReferenceTraining:
    """Trains on the reference, and on nothing that is to be protected.

    Args:
        loss: Loss of one-hot labels, see `FromScratch`, or `None` for cross-entropy.
            Defaults to cross-entropy with labels smoothed by .3.
        times: Float, how many epochs for each of those of `TrainingData`: the
            reference is smaller. Defaults to `2.0`.
    """

    loss: MadeLoss | None = SMOOTHED
    times: float = 2.0

    def epochs(self, data: TrainingData) -> int:
        """Returns those of each model, at least one."""
        return max(1, round(self.times * data.epochs))

    def model_epochs(self, data: TrainingData) -> int:
        """Returns what the calls of `progress` will add up to in `starts`."""
        return self.epochs(data) * len(_different(_seeds(data)))

    def starts(
        self,
        defended: keras.Model,
        model: keras.Model,
        data: TrainingData,
        progress: Progress | None = None,
    ) -> Stack:
        """Returns K models that were trained on the whole reference.

        Those of one seed in `data.starts` are one and the same.

        Args:
            defended: The model that is trained. It is compiled anew.
            model: The undefended model, whose optimizer it is trained with.
            data: Holds the reference.
            progress: See `Recipe`.
        """
        x, y = reference_of(data)
        seeds = _seeds(data)
        different = _different(seeds)
        rows = np.tile(np.arange(len(x)), (len(different), 1))
        stack = self.train(defended, model, data, (x, y), rows, different, progress)
        return stack.select([different.index(seed) for seed in seeds])

    def train(
        self,
        defended: keras.Model,
        model: keras.Model,
        data: TrainingData,
        examples: tuple[Array, Integers],
        rows: Integers,
        seeds: Sequence[int],
        progress: Progress | None = None,
    ) -> Stack:
        """Returns a model for each set of rows of the examples."""
        x, y = examples
        targets = compile_with(defended, self.loss, like=model)
        return dataclasses.replace(
            data,
            x=x,
            y=targets(y),
            rows=rows,
            seeds=seeds,
            starts=None,
            epochs=self.epochs(data),
        ).train_models(defended, progress=progress)


# Long enough for the reference, and never sure of itself.
USUAL = ReferenceTraining()


def reference_of(data: TrainingData) -> tuple[Array, Integers]:
    """Returns inputs and classes of the reference examples.

    Raises:
        ValueError: If there are none, or too few to start from.
    """
    if data.reference is None:
        raise ValueError(
            "This defense trains on reference examples: labelled, of the kind of the "
            "training data, none of them among it, and their membership no secret. "
            "Received: reference=NoneType"
        )
    x, y = data.reference
    if len(x) < FEWEST_EXAMPLES:
        raise ValueError(
            f"A defense that trains on the reference needs at least {FEWEST_EXAMPLES} "
            f"examples of it, better a tenth of the training data. Received: {len(x)}"
        )
    return x, y


def _seeds(data: TrainingData) -> list[int]:
    return list(data.seeds if data.starts is None else data.starts)


def _different(seeds: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(seeds))
