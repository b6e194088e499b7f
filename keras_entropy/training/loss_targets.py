"""The form in which a compiled loss takes labels: class numbers, or one-hot rows."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.models import graph

# The probability of the answer on which forms are tried.
_SURE = 0.9
_ROWS = 5
# Classes that are tried; a form that is wrong is wrong for the first already.
_MOST_CLASSES = 4


def _as_they_are(y: Integers, units: int) -> Array:
    return y


def _column(y: Integers, units: int) -> Array:
    return y[:, None].astype("float32")


def _one_hot(y: Integers, units: int) -> Array:
    return np.eye(units, dtype="float32")[y]


_ONE_UNIT: Mapping[str, Callable[[Integers, int], Array]] = {
    "a column of 0 and 1": _column,
}
_UNITS: Mapping[str, Callable[[Integers, int], Array]] = {
    "class numbers": _as_they_are,
    "one-hot rows": _one_hot,
}


def targets_for(model: keras.Model, y: Integers) -> Array:
    """Returns class numbers in the form that the compiled loss takes.

    The loss itself is asked, whatever it is: a name, a function, an object, a list. In
    its own form the true label costs less than any other. In another form it raises, or
    takes class numbers for amounts, and a larger number costs more whatever the answer.

    Args:
        model: A compiled classifier with one output `(batch, units)`.
        y: Integer array `(N,)`: class numbers, 0 or 1 where there is one unit.

    Returns:
        Integer array `(N,)`, or float32 rows: one-hot `(N, units)`, or `(N, 1)` where
        there is one unit.

    Raises:
        ValueError: If the loss takes neither form, or doesn't tell a right answer from
            a wrong one in either.
    """
    units = int(model.outputs[0].shape[-1])
    forms = _ONE_UNIT if units == 1 else _UNITS
    reasons = {}
    for name, form in forms.items():
        reason = _why_not(model, form, units)
        if reason is None:
            return form(y, units)
        reasons[name] = reason
    told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    raise ValueError(
        "`model` must be compiled with a loss of labels, so that models can be trained "
        "by it: one that takes class numbers or one-hot rows, and for which the true "
        "label costs less than any other. "
        f"Received: loss={model.loss!r}. {told}"
    )


def _why_not(
    model: keras.Model, form: Callable[[Integers, int], Array], units: int
) -> str | None:
    """Returns why a loss doesn't take labels in a form, or `None` if it does."""
    # A model of its own: the first call fixes how a loss is built.
    probe = keras.Model(graph.model_inputs(model), graph.single_output(model))
    probe.compile("sgd", loss=model.loss)
    reason = ""
    for answers in _answers(units):
        try:
            costs = _costs(probe, form, answers, units)
        except Exception as error:  # whatever a user's own loss raises
            reason = str(error).strip().splitlines()[0][:120]
            continue
        others = costs + np.where(np.eye(len(costs)), np.inf, 0)
        if (np.diag(costs) < others.min(axis=1)).all():
            return None
        reason = "the true label doesn't cost less than every other"
    return reason


def _answers(units: int) -> list[Floats]:
    """Returns answers that are sure of each class: probabilities, and logits."""
    if units == 1:
        sure = np.array([[1 - _SURE], [_SURE]], "float32")
        return [sure, np.log(sure / (1 - sure))]
    sure = np.full((units, units), (1 - _SURE) / (units - 1), "float32")
    np.fill_diagonal(sure, _SURE)
    sure = sure[_tried(units)]
    return [sure, np.log(sure)]


def _tried(units: int) -> list[int]:
    """Returns the classes that are tried, the last one with them."""
    return sorted({*range(min(max(units, 2), _MOST_CLASSES)), max(units, 2) - 1})


def _costs(
    probe: keras.Model,
    form: Callable[[Integers, int], Array],
    answers: Floats,
    units: int,
) -> Floats:
    """Returns the loss `(answers, labels)` of each answer under each label."""
    costs = np.empty((len(answers), len(answers)))
    for row, answer in enumerate(answers):
        batch = keras.ops.convert_to_tensor(np.tile(answer, (_ROWS, 1)))
        for column, label in enumerate(_tried(units)):
            y = keras.ops.convert_to_tensor(form(np.full(_ROWS, label), units))
            loss = probe.compute_loss(y=y, y_pred=batch)
            costs[row, column] = float(keras.ops.convert_to_numpy(loss))
    if not np.isfinite(costs).all():
        raise ValueError("the loss is not finite")
    return costs
