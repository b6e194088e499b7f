"""Tables of inputs, beside what the user's own structure holds."""

from typing import NamedTuple

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_entropy.examples.input_form import InputForm
from keras_entropy.models import input_table

SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=3)


class Parts(NamedTuple):
    """What is looked at of a model."""

    inputs: list
    input: object


def model_of(inputs):
    """A model that says what it was given, and nothing more."""
    outputs = [keras.layers.Flatten()(x) for x in keras.tree.flatten(inputs)]
    joined = outputs[0]
    if len(outputs) > 1:
        joined = keras.layers.Concatenate()(
            [keras.ops.cast(x, "float32") for x in outputs]
        )
    return keras.Model(inputs, joined)


def two_inputs(dtype="int32"):
    return model_of(
        {
            "image": keras.Input((2, 3), name="image"),
            "id": keras.Input((1,), dtype=dtype, name="id"),
        }
    )


def test_one_array_is_left_as_it_is():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    x = keras.ops.ones((4, 3))
    assert not input_table.is_table(model)
    assert input_table.inputs_in(model, x) is x
    answers = input_table.answers_to(model, np.ones((4, 3), "float32"))
    np.testing.assert_allclose(answers, model.predict_on_batch(x), atol=1e-6)


@given(shapes=st.lists(SIZES, min_size=2, max_size=4), kind=st.sampled_from("dlt"))
def test_all_inputs_come_back_from_their_table(shapes, kind):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(5, *shape)).astype("float32") for shape in shapes]
    tensors = [keras.KerasTensor((None, *shape)) for shape in shapes]

    def structure(parts):
        if kind == "d":  # Keras sorts the names.
            names = ["b", "a", "d", "c"]
            return dict(zip(names, parts, strict=False))
        return list(parts) if kind == "l" else tuple(parts)

    model = Parts(keras.tree.flatten(structure(tensors)), structure(tensors))
    form = InputForm.of(structure(arrays))
    table = input_table.checked_table(model, form.table(structure(arrays)))
    assert table.shape == (5, sum(map(np.prod, shapes)))
    found = input_table.inputs_in(model, keras.ops.convert_to_tensor(table))
    keras.tree.assert_same_structure(found, structure(arrays))
    for one, own in zip(
        keras.tree.flatten(found), keras.tree.flatten(structure(arrays)), strict=True
    ):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(one), own)


def test_answers_are_those_to_the_inputs_as_they_were():
    model = two_inputs()
    x = {
        "image": np.arange(24.0).reshape(4, 2, 3),
        "id": np.array([[1], [7], [0], [2]]),
    }
    form = InputForm.of(x)
    found = input_table.answers_to(model, form.table(x))
    np.testing.assert_allclose(found, model.predict(x, verbose=0), atol=1e-6)


def test_an_input_of_any_length_takes_the_rest():
    inputs = [keras.Input((None,)), keras.Input((2,))]
    tensors = [keras.layers.GlobalAveragePooling1D()(inputs[0][..., None]), inputs[1]]
    model = keras.Model(inputs, keras.layers.Concatenate()(tensors))
    x = [np.arange(12.0).reshape(3, 4), np.ones((3, 2))]
    found = input_table.answers_to(model, InputForm.of(x).table(x))
    np.testing.assert_allclose(found, model.predict(x, verbose=0), atol=1e-6)


def test_several_inputs_of_any_length_are_refused():
    parts = [keras.KerasTensor((None, None)), keras.KerasTensor((None, None, 2))]
    model = Parts(parts, parts)
    with pytest.raises(ValueError, match="At most one input may be of any length"):
        input_table.checked_table(model, np.ones((3, 8)))


@pytest.mark.parametrize(
    "table",
    [np.ones((4, 6)), np.ones((4, 8)), np.ones(4), np.ones((1, 2, 3, 7))],
)
def test_a_table_of_other_columns_is_refused(table):
    with pytest.raises(ValueError, match=r"id: int32 \(None, 1\).*Received"):
        input_table.checked_table(two_inputs(), table)


@pytest.mark.parametrize("wrong", [2.0**31, 1.5, np.nan])
def test_numbers_that_an_input_can_not_hold_are_refused(wrong):
    table = np.ones((4, 7))
    table[2, 0] = wrong  # "id" comes first.
    with pytest.raises(ValueError, match="model inputs of type int32 can hold"):
        input_table.checked_table(two_inputs(), table)
    with pytest.raises(ValueError, match="model inputs of type int32 can hold"):
        input_table.checked_table(two_inputs(), table.astype(object))


def test_the_order_of_the_inputs_is_checked():
    model = two_inputs()
    table = np.ones((4, 7), "float32")
    input_table.check_inputs(model, ["id", "image"], table)
    for names in (["image", "id"], ["0", "1"], []):
        with pytest.raises(ValueError, match="in the structure of the model's"):
            input_table.check_inputs(model, names, table)


def test_ids_that_the_backend_can_not_hold_are_refused():
    table = np.ones((4, 7))
    table[0, 0] = 2**24 + 1
    kept = keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(table)).dtype
    if kept == "float64":
        np.testing.assert_array_equal(
            input_table.checked_table(two_inputs(), table), table
        )
    else:
        with pytest.raises(ValueError, match="can hold, as float32"):
            input_table.checked_table(two_inputs(), table)


WORDS = st.text(st.characters(exclude_characters="\x1f\x00", codec="utf-8"))


@given(
    words=st.lists(WORDS, min_size=3, max_size=3),
    numbers=st.lists(st.floats(width=32, allow_infinity=False), min_size=3, max_size=3),
    ids=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3),
    rows=st.lists(st.lists(st.integers(0, 2**40)), min_size=3, max_size=3),
    tokens=st.lists(st.lists(WORDS), min_size=3, max_size=3),
)
def test_text_numbers_and_ragged_rows_come_back_exactly(
    words, numbers, ids, rows, tokens
):
    pytest.importorskip("tensorflow")

    parts = [
        keras.KerasTensor((None, 1), "string"),
        keras.KerasTensor((None,)),
        keras.KerasTensor((None, 1), "int64"),
        keras.KerasTensor((None, None), "int64", ragged=True),
        keras.KerasTensor((None, None), "string", ragged=True),
    ]
    model = Parts(parts, parts)
    table = np.empty((3, 5), object)
    table[:, 0], table[:, 2] = words, ids
    table[:, 1] = np.array(numbers, "float32")
    table[:, 3:] = [[(), ()]] * 3
    for row, (first, second) in enumerate(zip(rows, tokens, strict=True)):
        table[row, 3], table[row, 4] = tuple(first), tuple(second)
    text = input_table.checked_table(model, table)
    np.testing.assert_array_equal(input_table.checked_table(model, text), text)
    found = input_table.inputs_in(model, keras.ops.convert_to_tensor(text))
    assert [w.decode() for w in found[0].numpy()[:, 0]] == words
    np.testing.assert_array_equal(found[1].numpy(), np.array(numbers, "float32"))
    assert found[2].numpy()[:, 0].tolist() == ids
    assert found[3].to_list() == rows
    assert [[t.decode() for t in row] for row in found[4].to_list()] == tokens


def test_the_mark_in_a_ragged_row_is_refused():
    part = keras.KerasTensor((None, None), "string", ragged=True)
    model = Parts([part], part)
    table = np.empty((1, 1), object)
    table[0, 0] = ("a", "b\x1fc")
    with pytest.raises(ValueError, match="must not hold"):
        input_table.checked_table(model, table)
