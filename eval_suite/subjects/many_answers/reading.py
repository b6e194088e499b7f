"""Models that answer for each step, or for several labels: examples read, model asked.

The unit of membership is the example: all of its steps, and all of its labels, are in
the training set or none is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from scipy import special

from eval_suite.datasets.datasets import Dataset
from eval_suite.datasets.example_files import pair_from
from eval_suite.datasets.example_files import title_of
from eval_suite.subjects.many_answers.one_table import as_examples
from eval_suite.subjects.one_target.audited_model import audited_model
from eval_suite.subjects.one_target.audited_model import has_graph
from eval_suite.subjects.one_target.user_files import check_answers_to_gaps
from eval_suite.subjects.one_target.user_files import check_copies
from keras_entropy.arrays import Array
from keras_entropy.attacks.audits.steps import step_signals
from keras_entropy.examples.arrays_of import array_of
from keras_entropy.examples.fit_of_inputs import check_fit
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.input_form import in_one_form
from keras_entropy.examples.pairs import read_inputs
from keras_entropy.models.defending import probabilities_of
from keras_entropy.models.endings import DefenseEnding
from keras_entropy.models.endings import OtherEnding
from keras_entropy.models.endings import SigmoidEnding
from keras_entropy.models.endings import SoftmaxEnding
from keras_entropy.models.endings import ending_of
from keras_entropy.queries.input_checks import has_gaps

_SIDES = ("members", "nonmembers")
# Averages over one example have no error that could be told.
_FEWEST = 2


@dataclasses.dataclass(frozen=True)
class ManyAnswers:
    """What a model answers, many times an example.

    Args:
        model: The model of the one output that is audited.
        outputs: Probabilities of members and of non-members, `(n, steps, C)` and
            `(m, steps, C)`; or of L labels `(n, L)` and `(m, L)`.
        labels: Likewise, `(n, steps)` or `(n, L)`.
        inputs: Likewise, in one table each.
        form: How the tables are what the model takes.
        names: Short names of members and of non-members.
    """

    model: keras.Model
    outputs: tuple[Array, Array]
    labels: tuple[Array, Array]
    inputs: tuple[Array, Array]
    form: InputForm
    names: tuple[str, str]


def read_many(
    model: Any, members: Any, nonmembers: Any, *, output: str | None, from_logits: bool
) -> tuple[ManyAnswers | None, Any, Any]:
    """Returns what a model answers, if that is many times an example.

    Args:
        model: Keras classifier.
        members: Inputs and labels, as for the fixture `membership_audit`.
        nonmembers: Likewise.
        output: Name of the output that is audited, if the model has several.
        from_logits: Boolean, whether the model ends in logits.

    Returns:
        The answers, or `None` if there is one an example; and members and non-members
        to be read from then: batches may not be gone through twice.

    Raises:
        ValueError: If the examples do not fit the model or each other, or one set holds
            copies of the other's.
    """
    if not isinstance(model, keras.Model):
        return None, members, nonmembers
    if has_graph(model):
        graph = audited_model(model, np.empty(0), output)
        if _answers_once(graph, from_logits):
            return None, members, nonmembers
    given = members, nonmembers
    pairs: list[Any] = []
    tables, forms, labels = [], [], []
    for each, name in zip(given, _SIDES, strict=True):
        x, y, source = pair_from(each, name, model)
        pairs.append(each if isinstance(each, str | Path) else (x, y))
        labels.append(array_of(y, f"{source}: y"))
        table, form = read_inputs(x, len(labels[-1]), source, model=model)
        tables.append(table)
        forms.append(form)
    form, tables = in_one_form(forms, tables, _SIDES)
    model = audited_model(model, tables[0], output, form)
    answers_once = _answers_once(model, from_logits)
    if answers_once is None:
        answers_once = not all(map(_are_several, labels))
    if answers_once:
        return None, pairs[0], pairs[1]
    check_fit(model, tables[0], form)
    for y, name in zip(labels, _SIDES, strict=True):
        if len(y) < _FEWEST:
            raise ValueError(
                f"At least {_FEWEST} {name} are needed, or nothing tells how much "
                f"chance there is in an average of them. Received: {len(y)}"
            )
    shape = model.outputs[0].shape
    check = _check_labels if len(shape) == 2 else _check_steps
    for y, name in zip(labels, _SIDES, strict=True):
        check(y, shape, name)
    check_copies(
        *(
            Dataset(name, name, x, y, ())
            for name, (x, y) in zip(_SIDES, as_examples(tables, labels), strict=True)
        )
    )
    predict = _of_steps if len(shape) > 2 else _of_labels
    answered = ManyAnswers(
        model,
        predict(model, tables, labels, form, from_logits),
        _two(labels),
        _two(tables),
        form,
        (title_of(members, "members"), title_of(nonmembers, "nonmembers")),
    )
    return answered, pairs[0], pairs[1]


def _answers_once(model: keras.Model, from_logits: bool) -> bool | None:
    """Whether a model answers once an example; `None` where its labels tell that."""
    shape = model.outputs[0].shape
    if len(shape) > 2:
        return False
    if len(shape) < 2 or shape[-1] == 1:
        return True
    ending = ending_of(model, from_logits=from_logits)
    if isinstance(ending, SoftmaxEnding | DefenseEnding | OtherEnding):
        return True
    return False if isinstance(ending, SigmoidEnding) else None


def _are_several(y: Array) -> bool:
    """Whether labels are 0 and 1 in columns, and not the one class in one-hot rows."""
    return bool(
        y.ndim == 2
        and y.shape[1] > 1
        and np.isin(y, (0, 1)).all()
        and (y.sum(axis=1) != 1).any()
    )


def _check_labels(y: Array, shape: tuple[Any, ...], name: str) -> None:
    if y.shape != (len(y), shape[-1]) or not np.isin(y, (0, 1)).all():
        raise ValueError(
            f"The model ends in {shape[-1]} sigmoids, each for a label of its own, so "
            f"{name} must have y of shape (N, {shape[-1]}), of 0 and 1. Class numbers "
            f"are brought into it by `keras.utils.to_categorical(y, {shape[-1]})`. "
            f"Received: y {y.shape} of {y.dtype}"
        )


def _check_steps(y: Array, shape: tuple[Any, ...], name: str) -> None:
    steps = shape[1:-1]
    given = y.shape[1 : 1 + len(steps)]
    fits = len(given) == len(steps) and all(
        expected in (None, size) for expected, size in zip(steps, given, strict=True)
    )
    if not fits:
        raise ValueError(
            f"The model answers for each step, {tuple(shape)}, so {name} must have a "
            f"class for each: y of shape (N, {', '.join(map(str, steps))}), or one-hot "
            f"rows. Received: y {y.shape}"
        )


def _of_steps(
    model: keras.Model,
    tables: Sequence[Array],
    labels: Sequence[Array],
    form: InputForm,
    from_logits: bool,
) -> tuple[Array, Array]:
    model = probabilities_of(model, from_logits=from_logits)
    outputs = [_predict(model, x, form) for x in tables]
    for rows, y, name in zip(outputs, labels, _SIDES, strict=True):
        step_signals(
            rows, y, from_logits=False, name=f"answers to {name}", labels_name="y"
        )
    return _two(outputs)


def _of_labels(
    model: keras.Model,
    tables: Sequence[Array],
    labels: Sequence[Array],
    form: InputForm,
    from_logits: bool,
) -> tuple[Array, Array]:
    outputs = [_predict(model, x, form) for x in tables]
    if from_logits:
        outputs = [special.expit(rows.astype("float64")) for rows in outputs]
    return _two(outputs)


def _predict(model: keras.Model, x: Array, form: InputForm) -> Array:
    answers: Array = model.predict(form.inputs(x), verbose=0)
    if has_gaps(x):
        check_answers_to_gaps(answers)
    return answers


def _two(sides: Sequence[Array]) -> tuple[Array, Array]:
    first, second = sides
    return first, second
