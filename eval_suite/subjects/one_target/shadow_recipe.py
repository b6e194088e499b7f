"""How shadow models of a user's model are to be trained."""

from __future__ import annotations

import dataclasses

import keras

from eval_suite.options.shadow_options import SHADOW_BATCH_SIZE
from eval_suite.options.shadow_options import SHADOWS
from keras_entropy.models.starting_rate import check_rate
from keras_entropy.shadow.trainer import Trainer
from keras_entropy.training.epochs import epochs_of
from keras_entropy.training.epochs import steps_of


@dataclasses.dataclass(frozen=True)
class ShadowRecipe:
    """How shadow models are to be trained, where the saved model doesn't say it.

    Args:
        models: K, even, at least 4.
        batch_size: Examples in a batch.
        epochs: Integer, or `None`: as many as the steps of the model's optimizer show.
        seed: Integer: halves, initial weights and order of the examples.
        learning_rate: Float, or `None`: that of the model's optimizer.
        trainer: Trains each of them as the user does, or `None`: as the model is
            compiled.
        model: A compiled model of another architecture, which each of them is and as
            which each is trained, or `None`: they are like the target.

    Raises:
        ValueError: If the learning rate is none, the number of models is odd or below
            4, or a trainer is told how to train or what.
    """

    models: int = SHADOWS
    batch_size: int = SHADOW_BATCH_SIZE
    epochs: int | None = None
    seed: int = 0
    learning_rate: float | None = None
    trainer: Trainer | None = None
    model: keras.Model | None = None

    def __post_init__(self) -> None:
        check_rate(self.learning_rate)
        if self.models < 4 or self.models % 2:
            raise ValueError(
                "`shadows` must be even and at least 4, as models come in pairs. "
                f"Received: shadows={self.models}"
            )
        given = {
            "--shadow-epochs": self.epochs is not None,
            "--shadow-batch-size": self.batch_size != SHADOW_BATCH_SIZE,
            "--shadow-learning-rate": self.learning_rate is not None,
            "--shadow-model": self.model is not None,
        }
        told = [name for name, is_given in given.items() if is_given]
        if self.trainer is not None and told:
            raise ValueError(
                "--trainer trains as it does, and is told examples and a seed alone: "
                f"leave out {' and '.join(told)}"
            )

    @property
    def told_otherwise(self) -> str | None:
        """The option that says how they are trained, where the target does not."""
        if self.trainer is not None:
            return "--trainer"
        return None if self.model is None else "--shadow-model"


def epochs_shown(model: keras.Model, examples: int, batch_size: int) -> int:
    """Returns how often an optimizer has seen the examples, from its steps.

    Raises:
        ValueError: If its steps don't show it.
    """
    epochs = epochs_of(model, examples, batch_size)
    if epochs < 1:
        raise ValueError(
            f"The optimizer of {model.name!r} doesn't show how long it was trained: "
            "give --shadow-epochs, and --shadow-batch-size if it was not 32. Received: "
            f"{steps_of(model)} steps of batch size {batch_size} on {examples} examples"
        )
    return epochs
