"""A user's own trainer in a search, which decides how models are trained."""

from __future__ import annotations

from keras_entropy.shadow.trainer import Trainer
from keras_entropy.shadow.trainer import TrainerFunction

BATCH_SIZE = 32


def given_trainer(
    trainer: TrainerFunction | str,
    epochs: int | None,
    learning_rate: float | None,
    batch_size: int,
    retrain: bool,
) -> Trainer:
    """Returns the trainer.

    Args:
        trainer: As for `keras_entropy.recommend`.
        epochs: Likewise.
        learning_rate: Likewise.
        batch_size: Likewise.
        retrain: Likewise.

    Raises:
        ValueError: If it is none, or is given with what it decides itself.
    """
    given = {
        "epochs": epochs is not None,
        "learning_rate": learning_rate is not None,
        "batch_size": batch_size != BATCH_SIZE,
    }
    told = [name for name, is_given in given.items() if is_given]
    if told:
        raise ValueError(
            "`trainer` trains as it does, and is told examples and a seed alone: leave "
            f"out {' and '.join(told)}"
        )
    if retrain:
        raise ValueError(
            "`retrain=True` tries the catalog's trainings, which take the place of "
            "your own, with the model's optimizer and a loss of theirs: leave out "
            "`trainer`, or `retrain`. Received: both"
        )
    return Trainer(trainer)
