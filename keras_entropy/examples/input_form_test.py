import keras
import numpy as np
import pytest

from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.input_form import in_one_form

TREE = {
    "image": np.arange(12, dtype="uint8").reshape(2, 3, 2),
    "rest": [np.array([0.1, 0.2]), np.array([[2**53], [-3]])],
}


def assert_same(found, tree):
    keras.tree.assert_same_structure(found, tree)
    for a, b in zip(keras.tree.flatten(found), keras.tree.flatten(tree), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("changed", "dtype"),
    [
        ({}, "float64"),
        ({"rest": [TREE["rest"][0], TREE["rest"][1] + 1]}, "object"),
        ({"rest": [np.float32([1, 2]), np.array([2**24, 1])]}, "float32"),
        ({"rest": [np.float32([1, 2]), np.array([2**24 + 1, 1])]}, "float64"),
        ({"rest": [np.array([True, False])]}, "float32"),
        ({"rest": [np.array(["a", "b"], object)]}, "object"),
    ],
)
def test_a_table_gives_back_what_was_put_into_it(changed, dtype):
    tree = TREE | changed
    form = InputForm.of(tree)
    table = form.table(tree)
    assert table.dtype == dtype
    assert table.shape == (2, 6 + len(tree["rest"]))
    assert_same(form.arrays(table), tree)
    assert_same(
        form.arrays(table[[1]]), keras.tree.map_structure(lambda x: x[[1]], tree)
    )


def test_one_input_in_a_dict_keeps_its_shape():
    tree = {"image": TREE["image"]}
    form = InputForm.of(tree)
    assert form.table(tree) is tree["image"]
    assert_same(form.arrays(form.table(tree)), tree)


def in_one(trees):
    forms = [InputForm.of(tree) for tree in trees]
    tables = [form.table(tree) for form, tree in zip(forms, trees, strict=True)]
    return in_one_form(forms, tables, ["m", "n"])


def test_sets_of_different_types_share_one_that_holds_both():
    trees = [{"a": np.float32([[1], [2]])}, {"a": np.array([[0.1]])}]
    form, tables = in_one(trees)
    assert [table.dtype for table in tables] == ["float64", "float64"]
    assert form.arrays(tables[1])["a"].tolist() == [[0.1]]
    both = [{**trees[0], "b": np.array([2**60, 1])}, {**trees[1], "b": np.array([1])}]
    form, tables = in_one(both)
    assert form.arrays(tables[0])["b"].tolist() == [2**60, 1]
    assert form.arrays(tables[1])["b"].tolist() == [1]


def test_sets_of_different_forms_are_refused():
    one = {"a": np.ones((2, 1))}
    with pytest.raises(ValueError, match=r"m and n.*a: float64 \(N, 1\); and a:"):
        in_one([one, {"a": np.ones((2, 2))}])
    with pytest.raises(ValueError, match="one array"):
        in_one([one, one["a"]])
    with pytest.raises(ValueError, match=r"holds the input 'a' of both exactly"):
        in_one([{"a": np.array([[2**60 + 1]])}, {"a": np.array([[0.5]])}])


def test_strings_and_ragged_rows_become_tensors():
    tf = pytest.importorskip("tensorflow")
    texts = np.array([["a"], ["b"]], object)
    assert InputForm().inputs(texts).numpy().tolist() == [[b"a"], [b"b"]]
    rows = np.empty((2, 1), object)
    rows[:, 0] = [(1, 2), (3,)]
    found = InputForm.of({"r": rows}).inputs(rows)["r"]
    assert isinstance(found, tf.RaggedTensor)
    assert found.to_list() == [[1, 2], [3]]
