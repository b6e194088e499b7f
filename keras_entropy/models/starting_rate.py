"""The learning rate at which a model's training began.

Callbacks such as `ReduceLROnPlateau` lower the rate of the optimizer itself. What
trains the model anew by the optimizer's configuration would begin at the rate at which
the first training ended.
"""

from __future__ import annotations

import warnings
from typing import Any

import keras
import numpy as np


def starting_rate(model: keras.Model) -> float | None:
    """Returns the learning rate at which a model's training began, if it is known.

    Keras' callbacks log the rate of each epoch, and a model keeps the log of the last
    `fit` until it is saved. The largest rate on record is taken: a rate that was raised
    at first was raised to the one that the training was done at.

    Args:
        model: A compiled model.

    Returns:
        `None` where the optimizer has a schedule, which callbacks leave alone, or no
        rate.
    """
    present = present_rate(model.optimizer)
    if present is None:
        return None
    history = getattr(getattr(model, "history", None), "history", {})
    logged = [_shortest(rate) for rate in history.get("learning_rate", ())]
    return max([present, *logged])


def present_rate(optimizer: keras.optimizers.Optimizer) -> float | None:
    """Returns the learning rate of an optimizer, or `None` where a schedule sets it."""
    rate = _with_rate(optimizer.get_config()).get("learning_rate")
    return None if rate is None or isinstance(rate, dict) else _shortest(rate)


def optimizer_at(
    optimizer: keras.optimizers.Optimizer, rate: float | None
) -> keras.optimizers.Optimizer:
    """Returns a new optimizer of the same configuration, at another learning rate.

    Args:
        optimizer: A Keras optimizer.
        rate: Float, or `None` for the optimizer's own. It takes a schedule's place.

    Raises:
        ValueError: If the optimizer has no learning rate to set.
    """
    config = optimizer.get_config()
    if rate is not None and rate != present_rate(optimizer):
        if "learning_rate" not in _with_rate(config):
            raise ValueError(
                "`learning_rate` needs an optimizer with one in its configuration. "
                f"Received: learning_rate={rate}, optimizer={optimizer.name!r}"
            )
        _with_rate(config)["learning_rate"] = rate
    return type(optimizer).from_config(config)


def check_rate(rate: float | None, name: str = "learning_rate") -> None:
    """Raises `ValueError` if a rate is neither `None` nor a positive number.

    Args:
        rate: What was given.
        name: What the caller calls it. Defaults to `"learning_rate"`.
    """
    if rate is None:
        return
    number = isinstance(rate, int | float | np.number) and not isinstance(rate, bool)
    if not number or not 0 < rate < float("inf"):
        raise ValueError(
            f"`{name}` must be a positive number, or `None` for the one at which the "
            f"model's training began. Received: {name}={rate!r}"
        )


def warn_of_lowered_rate(model: keras.Model) -> None:
    """Warns where a model's learning rate was lowered while it was trained."""
    began, present = starting_rate(model), present_rate(model.optimizer)
    if began != present:
        warnings.warn(
            f"The learning rate of {model.name!r} was {began} while it was trained and "
            f"is {present} now. Models are trained anew at {began}, and no callback "
            "lowers it: compile the model at another rate, or give `learning_rate`, if "
            "that is not how it was trained",
            stacklevel=3,
        )


def _with_rate(config: dict[str, Any]) -> dict[str, Any]:
    """Returns the part of an optimizer's configuration that holds its rate."""
    inner = config.get("inner_optimizer")  # of one that scales the loss
    return config if inner is None else _with_rate(inner["config"])


def _shortest(rate: float) -> float:
    """Returns 0.001 for its neighbor in float32, in which rates are kept."""
    return float(str(np.float32(rate)))
