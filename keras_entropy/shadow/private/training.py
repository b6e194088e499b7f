"""Private training of groups of models."""

from collections.abc import Iterator
from collections.abc import Sequence

import keras

from keras_entropy.arrays import Array
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.groups import Schedule
from keras_entropy.shadow.private.checks import check_private_model
from keras_entropy.shadow.private.checks import check_private_rows
from keras_entropy.shadow.private.closed_form import has_closed_form
from keras_entropy.shadow.private.data_loss import DataLoss
from keras_entropy.shadow.private.steps import CHUNK
from keras_entropy.shadow.private.steps import Steps
from keras_entropy.shadow.private.steps import full_batches
from keras_entropy.shadow.private.steps import poisson_batches
from keras_entropy.shadow.threads import Progress


class Private:
    """Training on clipped and noised gradients.

    Args:
        model: A compiled Keras model.
        schedule: What the models are trained on.
        privacy: How gradients are clipped and noised.
        x: Some inputs, to try the model on.
        y: Some targets, to try the loss on.

    Raises:
        ValueError: If something would break the guarantee.
    """

    def __init__(
        self,
        model: keras.Model,
        schedule: Schedule,
        privacy: PrivateGradients,
        x: Array,
        y: Array,
    ) -> None:
        check_private_model(model, x)
        check_private_rows(schedule.rows, schedule.seeds)
        self._schedule = schedule
        self._privacy = privacy
        closed = has_closed_form(model)
        # Gradients that are written down are so in chunks of one size.
        self._multiple = 1 if closed else CHUNK
        stacked = closed and engine.trains_at_once(model)
        self.size = schedule.size_of_groups(stacked)
        self._trainer = engine.private_trainer(
            model, self.size, DataLoss(model).sums(y)
        )
        self.concurrent = self._trainer.concurrent

    def train(
        self,
        group: slice,
        values: Sequence[Array],
        data: Sequence[Tensor],
        per_model: tuple[bool, ...],
        progress: Progress,
    ) -> list[Array]:
        return self._trainer.train_privately(
            values,
            data,
            per_model,
            self._steps(group),
            self._privacy,
            self._keys(group, "noise"),
            float(self._schedule.batch_size),
            progress,
        )

    def _keys(self, group: slice, purpose: str) -> list[bytes]:
        seeds = self._schedule.seeds[group]
        return [self._privacy.key(int(seed), purpose) for seed in seeds]

    def _steps(self, group: slice) -> Iterator[Steps]:
        rows, epochs = self._schedule.rows[group], self._schedule.epochs
        if self._schedule.batch_size == rows.shape[1]:
            return full_batches(rows, epochs=epochs, multiple=self._multiple)
        return poisson_batches(
            rows,
            epochs=epochs,
            batch_size=self._schedule.batch_size,
            multiple=self._multiple,
            keys=self._keys(group, "sampling"),
        )
