"""Labelled examples of a model, which must be able to take them."""

from __future__ import annotations

from typing import Any

import keras

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.examples.arrays_of import array_of
from keras_entropy.examples.fit_of_inputs import check_fit
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.named_inputs import named
from keras_entropy.examples.pairs import read_inputs
from keras_entropy.labels import class_indices
from keras_entropy.models.input_table import check_inputs
from keras_entropy.numerics.finite_rows import not_finite


def read_model_examples(
    x: Any, y: Any, name: str, labels: str, model: keras.Model
) -> tuple[Array, Integers, InputForm]:
    """Returns inputs in one table, and their classes.

    Args:
        x: As for `read_examples`.
        y: Labels of any form, such as class numbers or one-hot rows.
        name: String, how messages name the pair.
        labels: String, how messages name `y`.
        model: A functional or `Sequential` model.

    Returns:
        A tuple of an array `(N, ...)` of inputs, an integer array `(N,)` of classes,
        and the inputs' form.

    Raises:
        TypeError: As for `read_examples`.
        ValueError: If the model can't take the inputs, a label is no class of the
            model's, or as for `read_examples`.
    """
    classes = class_indices(array_of(y, labels), max(2, model.outputs[0].shape[-1]))
    table, form = read_inputs(x, len(classes), name, model=model)
    check_fit(model, table, form)
    return table, classes, form


def read_training_examples(
    x: Any, y: Any, name: str, labels: str, model: keras.Model
) -> tuple[Array, Integers, InputForm]:
    """As `read_model_examples`, for what trains such a model.

    Raises:
        TypeError: As for `read_examples`.
        ValueError: If an input is not finite, the model's inputs can't be taken from
            the table, or as for `read_model_examples`.
    """
    table, classes, form = read_model_examples(x, y, name, labels, model)
    for place, leaf in named(form.arrays(table)).items():
        wrong = not_finite(leaf)
        if wrong is not None:
            raise ValueError(f"{name}: {place} must be finite. Received: {wrong}")
    check_inputs(model, form.names, table)
    return table, classes, form
