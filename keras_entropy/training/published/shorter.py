"""The recipe that stops early."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.from_scratch import FromScratch
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class Shorter:
    """Trains as without a defense, for a share of the epochs.

    The baseline that any other training is to beat: what a model owes to one example
    grows with the steps that are taken on it. The paper reads off figures at each
    epoch. Here all models stop at the same one, which no private example chooses.

    Args:
        share: Float in `(0, 1]`, of the epochs of `TrainingData`; at least one is
            taken. Defaults to `0.2`.

    Raises:
        ValueError: If `share` is out of its range.

    Reference:
        [Song and Mittal, 2021](https://arxiv.org/abs/2003.10595)
    """

    share: float = 0.2
    trains_on_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:  # also rejects nan
            raise ValueError(
                f"`share` must be above 0 and at most 1. Received: share={self.share}"
            )

    def model_epochs(self, data: TrainingData) -> int:
        return FromScratch().model_epochs(self._shorter(data))

    def _shorter(self, data: TrainingData) -> TrainingData:
        return dataclasses.replace(data, epochs=max(1, round(self.share * data.epochs)))

    def __call__(
        self,
        layer: Defense,
        model: keras.Model,
        stack: Stack,
        data: TrainingData,
        *,
        from_logits: bool = False,
        progress: Progress | None = None,
    ) -> tuple[keras.Model, Stack]:
        return FromScratch()(
            layer,
            model,
            stack,
            self._shorter(data),
            from_logits=from_logits,
            progress=progress,
        )
