import keras
import numpy as np
import pytest

from keras_entropy.examples.pairs import read_examples

Y = [0, 2, 1]


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows = slice(2 * index, 2 * index + 2)
        return {"a": self.x[rows]}, self.y[rows]


def read(x, y=Y):
    return read_examples((x, y), "members")


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32", "float64"])
def test_an_array_stays_as_it_is(dtype):
    x = np.ones((3, 2), dtype)
    examples = read(x)
    assert examples.x is x
    assert examples.form.inputs(x) is x
    assert examples.y.tolist() == Y


def test_lists_keep_their_values():
    assert read([[1, 2], [3, 4], [5, 6]]).x.dtype == "int64"
    assert read([[0.5], [1], [2]]).x.tolist() == [[0.5], [1.0], [2.0]]
    assert read(["a", "bb", b"c"]).x.tolist() == ["a", "bb", "c"]
    images = [np.full((2, 2), number, "uint8") for number in range(3)]
    assert read(images).x.shape == (3, 2, 2)
    with pytest.raises(TypeError, match=r"of one kind.*2 of type int"):
        read(["a", 2, "b"])
    with pytest.raises(TypeError, match="of one kind"):
        read([[2**53 + 1, 0.5]] * 3)  # float64 would round


def test_several_inputs_in_one_of_several():
    a, b = np.ones((3, 2)), np.zeros(3)
    examples = read((a, {"b": b, "c": [a]}))
    assert [part.name for part in examples.form.parts] == ["0", "1/b", "1/c/0"]
    assert examples.x.shape == (3, 5)


def test_a_tensor_and_a_py_dataset():
    x = np.arange(6, dtype="float32").reshape(3, 2)
    assert read(keras.ops.convert_to_tensor(x)).x.tolist() == x.tolist()
    examples = read_examples(Batches(x, np.array(Y)), "members")
    assert examples.x.tolist() == x.tolist()
    assert examples.form.arrays(examples.x)["a"].tolist() == x.tolist()


def test_a_real_loader():
    torch = pytest.importorskip("torch")
    x = torch.arange(6, dtype=torch.float64, requires_grad=True).reshape(3, 2)
    pairs = torch.utils.data.TensorDataset(x, torch.tensor(Y))
    loader = torch.utils.data.DataLoader(pairs, batch_size=2)
    examples = read_examples(loader, "members")
    assert examples.x.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert examples.x.dtype == "float64"
    assert examples.y.tolist() == Y


def test_a_pandas_table():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, np.nan, 2.0]})
    np.testing.assert_array_equal(read(frame).x, [[1, 0.5], [2, np.nan], [3, 2]])
    wide = frame.assign(a=[2**60 + 1, 2, 3])
    parts = read(wide, pd.Series(Y)).form.arrays(read(wide).x)
    assert parts["a"].tolist() == [2**60 + 1, 2, 3]
    with pytest.raises(ValueError, match=r"members: x\['c'\]: a value is missing in 1"):
        read(frame.assign(c=["x", None, "y"]))
    a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
    model = keras.Model({"a": a, "b": b}, keras.layers.Add()([a, b]))
    found = read_examples((frame.assign(c=0), Y), "members", model=model)
    assert [part.name for part in found.form.parts] == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (None, TypeError, r"members: expected a pair.*audit_outputs"),
        (((Y, Y)), ValueError, r"of one number an example, `x\[:, None\]`"),
        ((np.ones((3, 2)), Y, Y), TypeError, "without weights"),
        ((np.ones((2, 2)), Y), ValueError, r"Received: x \(2, 2\), y \(3,\)"),
        (({"a": np.ones((2, 2))}, Y), ValueError, r"expected x/a.*x/a \(2, 2\)"),
        (([[1], [2, 3], [4]], Y), ValueError, "rows have different lengths"),
        (
            (np.full((3, 2), np.inf), Y),
            ValueError,
            "infinity in 3 of 3 examples: rows 0",
        ),
        ((np.ones((3, 2)), [0, 1, 0.5]), ValueError, "members: y"),
        ((np.ones((3, 2)), ["a", "b", "c"]), ValueError, "class indices"),
        ((np.array([["2020"]] * 3, "M8[D]"), Y), TypeError, "dtype datetime64"),
        (([{"a": 1}] * 3, Y), TypeError, "a list of dicts"),
        (([np.ones((3, 2))] * 3, Y), ValueError, "may be examples or inputs"),
        (({}, Y), ValueError, "at least one input"),
    ],
)
def test_what_can_not_be_read(given, kind, message):
    with pytest.raises(kind, match=message):
        read_examples(given, "members")


def test_datasets_that_can_not_be_read():
    tf = pytest.importorskip("tensorflow")
    pairs = tf.data.Dataset.from_tensor_slices((np.ones((6, 2)), np.zeros(6, int)))
    with pytest.raises(ValueError, match=r"repeats without end.*`\.take\(n\)`"):
        read_examples(pairs.batch(2).repeat(), "members")
    with pytest.raises(TypeError, match="batch 0 of 3 parts"):
        read_examples(pairs.map(lambda x, y: (x, y, 1.0)).batch(2), "members")
    with pytest.raises(ValueError, match="at least one batch"):
        read_examples(pairs.take(0).batch(2), "members")
    lengths = tf.data.Dataset.from_generator(
        lambda: ((np.ones((2, n)), np.zeros(2, int)) for n in (3, 4)),
        output_types=("float32", "int64"),
    )
    with pytest.raises(ValueError, match=r"different shapes.*\(3,\) and \(4,\)"):
        read_examples(lengths, "members")
    with pytest.raises(TypeError, match="sparse"):
        read(tf.sparse.from_dense(np.ones((3, 2))))
