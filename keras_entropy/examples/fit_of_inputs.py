"""Whether a model takes inputs, told before any work."""

from __future__ import annotations

import re

import keras

from keras_entropy.arrays import Array
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.pairs import WAY_ROUND
from keras_entropy.models import graph

# How Keras makes letters bold.
_STYLE = re.compile("\x1b\\[[0-9;]*m")


def check_fit(model: keras.Model, x: Array, form: InputForm) -> None:
    """Raises `ValueError` if a model can't take inputs.

    Args:
        model: A functional or `Sequential` model.
        x: Array `(N, ...)`: inputs in one table.
        form: How the table is what the model takes.
    """
    if form.structure is not None or x.dtype.kind not in "biuf":
        _check_answers(model, x[:2], form)
        return
    if len(model.inputs) > 1:
        raise ValueError(
            f"The model has {len(model.inputs)} inputs, so x must be a dict or a list "
            f"with an array for each: {graph.told_inputs(model)}. Received: one array "
            f"{x.shape}"
        )
    expected, given = tuple(model.inputs[0].shape[1:]), x.shape[1:]
    if len(expected) != len(given) or any(
        size not in (None, length) for size, length in zip(expected, given, strict=True)
    ):
        raise ValueError(
            f"The model expects examples of shape {expected}. Received: x {given}"
        )


def _check_answers(model: keras.Model, x: Array, form: InputForm) -> None:
    names = sorted(part.name for part in form.parts)
    structure = None if isinstance(model, keras.Sequential) else model.input
    wanted = sorted(structure) if isinstance(structure, dict) else names
    received = f"Received: {form}"
    if not names:
        received = f"Received: strings of shape {x.shape[1:]}"
    if names and isinstance(form.structure, dict) and names != wanted:
        raise ValueError(
            f"The model takes the inputs {', '.join(wanted)}, and x must hold these "
            f"alone. {received}"
        )
    try:
        model.predict(form.inputs(x), verbose=0)
    except Exception as error:  # Keras and its backends raise many kinds
        raise ValueError(
            f"The model can't take the inputs ({_reason(error)}). It has the inputs "
            f"{graph.told_inputs(model)}. {received}. {WAY_ROUND}"
        ) from error


def _reason(error: Exception) -> str:
    """Returns the line of a message that says what is wrong."""
    lines = [_STYLE.sub("", line).strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith("Exception enc")]
    return told[0][:300] if told else type(error).__name__
