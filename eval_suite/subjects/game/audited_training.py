"""One training by `model.fit`, audited after each epoch by the library's callback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.callbacks import MembershipAudit
from keras_entropy.catalog import Entry
from keras_entropy.models.copies import compile_like
from keras_entropy.models.copies import copy_of
from keras_entropy.models.copies import optimizer_like
from keras_entropy.models.defending import defend
from keras_entropy.models.no_gradients import call_without_gradients
from keras_entropy.shadow import initialize
from keras_entropy.shadow.trainer import seeded
from keras_entropy.training.from_scratch import FromScratch
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.loss_targets import targets_for

# What is kept of each epoch, by its key in the logs.
FIGURES = {
    "mia_auc": "auc",
    "mia_auc_low": "auc_low",
    "mia_auc_high": "auc_high",
    "member_accuracy": "member_accuracy",
    "nonmember_accuracy": "nonmember_accuracy",
}
# Its true positive rate is not kept: the rate that needs the fewest non-members.
_FPR = 0.5
_BATCH = 1024


def is_one_fit(entry: Entry | None) -> bool:
    """Whether `fit` trains the whole model: undefended, or by another loss alone."""
    return entry is None or isinstance(entry.recipe, FromScratch)


def audited_training(
    model: keras.Model,
    entry: Entry | None,
    members: tuple[Array, Integers],
    nonmembers: tuple[Array, Integers],
    *,
    epochs: int,
    batch_size: int,
    seed: int,
    advance: Callable[[int], None],
) -> dict[str, Array]:
    """Trains one model, and returns what the callback told after each epoch.

    Args:
        model: Compiled Keras classifier, whose weights are not used.
        entry: The defense whose loss it is trained by, or `None` for its own.
        members: Inputs and class indices that it is trained on.
        nonmembers: Others.
        epochs: Integer.
        batch_size: Integer.
        seed: Integer, of initial weights and the order of the examples.
        advance: Called with 1 after each epoch.

    Returns:
        Floats `(epochs,)` for each value of `FIGURES`.

    Raises:
        ValueError: If the defense is not trained by a loss alone, or as for
            `MembershipAudit`.
    """
    trained, targets = _compiled(model, entry, members[1])
    initialize(trained, [seed]).assign_to(trained, 0)
    callbacks = [
        _Accuracies(members, nonmembers),
        MembershipAudit(members, nonmembers, fpr=_FPR, seed=seed),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: advance(1)),
    ]
    with seeded(seed):
        history = trained.fit(
            members[0],
            targets,
            epochs=epochs,
            batch_size=batch_size,
            verbose=0,
            callbacks=callbacks,
        ).history
    return {name: np.array(history[key]) for key, name in FIGURES.items()}


def _compiled(
    model: keras.Model, entry: Entry | None, labels: Integers
) -> tuple[keras.Model, Array]:
    """Returns a model of its own to train, and the targets that its loss takes."""
    if entry is None:
        copy = copy_of(model)
        compile_like(copy, model, optimizer_like(model.optimizer))
        return copy, targets_for(copy, labels)
    if not isinstance(entry.recipe, FromScratch):
        raise ValueError(
            "`entry` must be trained from scratch by a loss. "
            f"Received: {entry.name}, by {entry.recipe}"
        )
    defended = defend(copy_of(model), entry.create())
    return defended, compile_with(defended, entry.recipe.loss, like=model)(labels)


class _Accuracies(keras.callbacks.Callback):
    """Adds the accuracy on both sides to the logs, as the model is after the epoch.

    Keras' own `accuracy` is the mean over an epoch, in which the model changes.
    """

    def __init__(
        self, members: tuple[Array, Integers], nonmembers: tuple[Array, Integers]
    ) -> None:
        super().__init__()
        self._sides = {"member": members, "nonmember": nonmembers}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is None:
            return
        for name, (x, y) in self._sides.items():
            right = 0
            for start in range(0, len(y), _BATCH):
                part = slice(start, start + _BATCH)
                answers = call_without_gradients(self.model, x[part])
                right += int((answers.argmax(axis=1) == y[part]).sum())
            logs[f"{name}_accuracy"] = right / len(y)
