"""The recipes of heads that are fitted to the model's own answers first."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras

from keras_entropy.arrays import softmax
from keras_entropy.layers.defense import Defense
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training import head_training
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData

TARGETS = ("logits", "argmax", "labels")
INPUTS = ("logits", "softmax")


@dataclasses.dataclass(frozen=True)
class Surrogate:
    """Fits a head to the model's answers or to the labels, and puts it in.

    The head is fitted alone on pairs of what the model says and a target; then it
    takes the softmax's place, where it is fed logits. `refine` trains the whole model
    after that.

    Args:
        target: `"logits"` (mean squared error), `"argmax"` of the model (cross
            entropy) or `"labels"` (cross entropy).
        fit_on: What the head is fitted on: `"logits"`, which it will be fed, or
            `"softmax"`, as in the study, where the mismatch costs accuracy. Defaults
            to `"logits"`.
        refine: `None`, or the loss with which the whole model is trained on the labels
            afterwards: `"crossentropy"`, or `"mse"` between the values that the
            softmax is fed and the one-hot labels. Defaults to `None`.
        epochs: Integer, for the head alone. Defaults to `200`, as in the study.
        learning_rate: Float, of Adam. Defaults to `1e-3`, as in the study.
        refine_epochs: Integer. Defaults to `20`, as in the study.
        refine_learning_rate: Float, of Adam. Defaults to `1e-5`, as in the study.
        as_published: Boolean, whether to do what the study's code does without saying
            so: fit on the softmax whatever `fit_on`, put the head on a model without
            its activation functions, and chain the two matrices of a quadratic head.
            Defaults to `False`.

    Raises:
        ValueError: If `target`, `fit_on` or `refine` is unknown.
    """

    target: str
    fit_on: str = "logits"
    refine: str | None = None
    epochs: int = 200
    learning_rate: float = 1e-3
    refine_epochs: int = 20
    refine_learning_rate: float = 1e-5
    as_published: bool = False
    trains_on_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for argument, known in (("target", TARGETS), ("fit_on", INPUTS)):
            value = getattr(self, argument)
            if value not in known:
                raise ValueError(
                    f"`{argument}` must be one of {known}. "
                    f"Received: {argument}={value!r}"
                )
        if self.refine is not None:
            head_training.check_loss("refine", self.refine)

    def model_epochs(self, data: TrainingData) -> int:
        head, refined = self._epochs(data)
        return (head + (refined if self.refine else 0)) * len(data.rows)

    def _epochs(self, data: TrainingData) -> tuple[int, int]:
        """Returns those of the head alone, and those of the whole model after that."""
        if data.head_epochs is not None:
            return data.head_epochs, data.head_epochs
        return self.epochs, self.refine_epochs

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
        epochs, refine_epochs = self._epochs(data)
        logits, backbone = head_training.backbone_of(
            model, stack, from_logits=from_logits
        )
        values = predict(logits, backbone, data.x)
        fit_on = "softmax" if self.as_published else self.fit_on
        targets = {
            "logits": values,
            "argmax": values.argmax(axis=-1),
            "labels": data.y,
        }
        form = head_training.plain_form(head)
        arrays = head_training.fit_head(
            form,
            softmax(values) if fit_on == "softmax" else values,
            targets[self.target],
            data,
            head_training.Schedule(
                "mse" if self.target == "logits" else "crossentropy",
                epochs,
                self.learning_rate,
            ),
            progress,
        )
        if self.as_published:
            logits, backbone = head_training.backbone_of(
                model, stack, from_logits=from_logits, linear=True
            )
            form = head_training.published_form(head)
            if form.layer is not head:
                arrays = head_training.chained(arrays)
        if self.refine is not None:
            arrays, backbone = head_training.refine(
                form,
                arrays,
                logits,
                backbone,
                data,
                head_training.Schedule(
                    self.refine, refine_epochs, self.refine_learning_rate
                ),
                progress,
            )
        return head_training.put_in(form, arrays, logits, backbone)
