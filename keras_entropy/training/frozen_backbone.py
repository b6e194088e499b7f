"""The recipe of heads that are trained alone."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training import head_training
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class FrozenBackbone:
    """Puts a head in the softmax's place and trains the head alone on the labels.

    Args:
        loss: `"crossentropy"`, or `"mse"` between the values that the softmax is fed
            and the one-hot labels, as in the study. Defaults to `"crossentropy"`.
        epochs: Integer. Defaults to `20`, as in the study.
        learning_rate: Float, of Adam. Defaults to `1e-3`, as in the study.
        as_published: Boolean, whether to leave out the model's activation functions
            and to chain the two matrices of a quadratic head, as the study's code
            does without saying so. Defaults to `False`.

    Raises:
        ValueError: If `loss` is unknown.
    """

    loss: str = "crossentropy"
    epochs: int = 20
    learning_rate: float = 1e-3
    as_published: bool = False
    trains_on_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        head_training.check_loss("loss", self.loss)

    def model_epochs(self, data: TrainingData) -> int:
        return self._epochs(data) * len(data.rows)

    def _epochs(self, data: TrainingData) -> int:
        return self.epochs if data.head_epochs is None else data.head_epochs

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
        head = head_training.checked_head(layer)
        logits, backbone = head_training.backbone_of(
            model, stack, from_logits=from_logits, linear=self.as_published
        )
        form = head_training.plain_form(head)
        if self.as_published:
            form = head_training.published_form(head)
        arrays = head_training.fit_head(
            form,
            predict(logits, backbone, data.x),
            data.y,
            data,
            head_training.Schedule(self.loss, self._epochs(data), self.learning_rate),
            progress,
        )
        return head_training.put_in(form, arrays, logits, backbone)
