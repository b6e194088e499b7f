"""Audits of models whose inputs are no single array of numbers.

What is expected is computed beside them: `audit_outputs` on what `model.predict`
answers to the inputs as the user has them.
"""

import keras
import numpy as np
import pytest

from eval_suite.audit_model import audit_model
from keras_entropy.attacks import audit_outputs

tf = pytest.importorskip("tensorflow")
pd = pytest.importorskip("pandas")

WORDS = np.array(["red", "green", "blue", "white"])
N = 120


@pytest.fixture(scope="module")
def columns():
    rng = np.random.default_rng(0)
    return {
        "age": rng.normal(size=(N, 3)).astype("float32"),
        # Neighbors that float32 can't tell apart.
        "item": 2**40 + rng.integers(0, 4, (N, 1)),
        "word": WORDS[rng.integers(0, 4, (N, 1))],
    }, rng.integers(0, 3, N)


def head(parts):
    hidden = keras.layers.Dense(32, "relu")(keras.layers.Concatenate()(parts))
    return keras.layers.Dense(3, "softmax")(hidden)


def one_hot(layer, tensor):
    return keras.layers.Reshape((-1,))(layer(tensor))


@pytest.fixture(scope="module")
def model(columns):
    """Reads a number, a wide id and a word, and knows its members by heart."""
    x, y = columns
    inputs = {
        "age": keras.Input((3,), name="age"),
        "item": keras.Input((1,), dtype="int64", name="item"),
        "word": keras.Input((1,), dtype="string", name="word"),
    }
    items = keras.layers.IntegerLookup(
        vocabulary=2**40 + np.arange(4), output_mode="one_hot"
    )
    words = keras.layers.StringLookup(vocabulary=[*WORDS], output_mode="one_hot")
    model = keras.Model(
        inputs,
        head([inputs["age"], items(inputs["item"]), words(inputs["word"])]),
        name="shop",
    )
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    members = as_taken({name: part[: N // 2] for name, part in x.items()})
    model.fit(members, y[: N // 2], epochs=40, verbose=0)
    return model


def as_taken(x):
    return {
        name: tf.constant(part) if part.dtype.kind in "US" else part
        for name, part in x.items()
    }


def scored(count):
    """The non-members that are not set aside."""
    order = np.random.default_rng(0).permutation(count)
    return order[: int(count * 0.85) // 2 * 2]


def expected(model, x, y):
    sides = []
    for rows in (np.arange(N // 2), N // 2 + scored(N // 2)):
        inputs = keras.tree.map_structure(lambda part, rows=rows: part[rows], x)
        if isinstance(inputs, dict):
            inputs = as_taken(inputs)
            inputs = inputs.get("", inputs)
        sides += [model.predict(inputs, verbose=0), y[rows]]
    return audit_outputs(*sides, attacks=["loss", "entropy", "logistic"])


def check(audit, expected):
    for row in expected.attacks:
        assert audit.audit.get(row.attack).auc == pytest.approx(row.auc, abs=1e-6)


def halves(x, y):
    return [
        (keras.tree.map_structure(lambda part, rows=rows: part[rows], x), y[rows])
        for rows in (slice(N // 2), slice(N // 2, N))
    ]


def test_a_dict_of_numbers_wide_ids_and_strings(model, columns):
    x, y = columns
    audit = audit_model(model, *halves(x, y), questions=8)
    check(audit, expected(model, x, y))
    assert audit.audit.get("loss").auc > 0.7
    assert 0 < audit.audit.get("neighbors:label_share").auc <= 1
    # The wide ids reach all that looks at inputs as they are.
    assert audit.inputs[0][:, 3].tolist() == x["item"][: N // 2, 0].tolist()


@pytest.mark.parametrize("form", ["tensors", "dataset", "unbatched", "loader"])
def test_containers_of_the_same_examples(model, columns, form):
    x, y = columns

    class DataLoader:
        """What PyTorch's has in common with all that are like it."""

        def __init__(self, x, y, batch_size=17):
            self.dataset, self.batch_size = (x, y), batch_size

        def __iter__(self):
            x, y = self.dataset
            for start in range(0, len(y), self.batch_size):
                rows = slice(start, start + self.batch_size)
                yield [{name: part[rows] for name, part in x.items()}, y[rows]]

    def contained(x, y):
        tensors = {name: tf.constant(part) for name, part in x.items()}
        if form == "tensors":
            return tensors, tf.constant(y)
        if form == "loader":
            return DataLoader(x, y)
        dataset = tf.data.Dataset.from_tensor_slices((tensors, y))
        return dataset if form == "unbatched" else dataset.batch(25)

    sides = [contained(*side) for side in halves(x, y)]
    audit = audit_model(model, *sides, questions=0)
    check(audit, expected(model, x, y))
    plain = audit_model(model, *halves(x, y), questions=0)
    assert audit.baseline.identity["digest"] == plain.baseline.identity["digest"]


def test_copies_are_seen_whatever_holds_them(model, columns):
    x, y = columns
    members, others = halves(x, y)
    with pytest.raises(ValueError, match="60 of 60 members and 60 of 60 non-members"):
        audit_model(model, members, members)
    ids = {**others[0], "item": others[0]["item"] * 2}
    audit = audit_model(model, members, (ids, others[1]), questions=0)
    assert audit.equal_rows.inputs == (0, 0)


def test_a_list_of_inputs(columns):
    x, y = columns
    inputs = [keras.Input((3,)), keras.Input((1,))]
    two = keras.Model(inputs, head(inputs))
    parts = [x["age"], x["age"][:, :1].astype("float64") ** 2]
    audit = audit_model(two, *halves(parts, y), questions=12)
    check(audit, expected(two, parts, y))
    assert audit.inputs[0].dtype == "float64"
    assert audit.audit.get("neighbors:confidence")


def test_one_column_of_texts(columns):
    x, y = columns
    texts = [f"{a[0]} {b[0]}" for a, b in zip(x["word"], x["word"][::-1], strict=True)]
    vectorize = keras.layers.TextVectorization(output_sequence_length=3)
    vectorize.adapt(texts)
    text = keras.Input((1,), dtype="string")
    embedded = keras.layers.Embedding(8, 4)(vectorize(text))
    reader = keras.Model(text, head([keras.layers.Flatten()(embedded)] * 2))
    column = np.array(texts)[:, None]
    sides = [(part.tolist(), labels) for part, labels in halves(column, y)]
    audit = audit_model(reader, *sides, questions=8)
    check(audit, expected(reader, {"": column}, y))
    assert "red" in " ".join(audit.inputs[0].ravel())


def test_ragged_rows(columns):
    _, y = columns
    rng = np.random.default_rng(1)
    rows = [rng.integers(1, 50, rng.integers(1, 9)).tolist() for _ in range(N)]
    tokens = keras.Input((None,), dtype="int64", ragged=True)
    mean = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(50, 8)(tokens))
    reader = keras.Model(tokens, keras.layers.Dense(3, "softmax")(mean))
    ragged = tf.ragged.constant(rows, dtype="int64")
    outside = 60 + scored(60)
    answers = [
        reader.predict(tf.gather(ragged, index), verbose=0)
        for index in (np.arange(60), outside)
    ]
    wanted = audit_outputs(answers[0], y[:60], answers[1], y[outside], attacks=["loss"])
    audit = audit_model(
        reader, (ragged[:60], y[:60]), (ragged[60:], y[60:]), questions=8
    )
    check(audit, wanted)


# Keras says so of each model behind a feature space.
@pytest.mark.filterwarnings("ignore:.*structure of `inputs`")
def test_a_pandas_table_and_a_feature_space(columns):
    x, y = columns
    frame = pd.DataFrame(
        {
            "number": x["age"][:, 0],
            "word": x["word"][:, 0],
            "item": (x["item"][:, 0] - 2**40).astype("int64"),
        }
    )
    features = {
        "number": "float",
        "word": "string_categorical",
        "item": "integer_categorical",
    }
    space = keras.utils.FeatureSpace(features=features, output_mode="concat")
    space.adapt(tf.data.Dataset.from_tensor_slices(dict(frame)))
    encoded = space.get_encoded_features()
    tabular = keras.Model(space.get_inputs(), keras.layers.Dense(3, "softmax")(encoded))
    sides = [
        (frame[: N // 2], pd.Series(y[: N // 2])),
        (frame[N // 2 :], pd.Series(y[N // 2 :])),
    ]
    audit = audit_model(tabular, *sides, questions=8)
    check(audit, expected(tabular, {k: frame[k].to_numpy() for k in frame}, y))
    numbers = frame[["number", "item"]]
    dense = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "softmax")])
    sides = [(numbers[: N // 2], y[: N // 2]), (numbers[N // 2 :], y[N // 2 :])]
    audit = audit_model(dense, *sides, questions=8)
    table = np.stack([frame["number"], frame["item"]], axis=1)
    check(audit, expected(dense, table, y))


def test_nan_where_the_model_takes_it(columns):
    x, y = columns
    gaps = np.where(np.random.default_rng(3).random((N, 3)) < 0.2, np.nan, x["age"])
    number = keras.Input((3,))
    filled = keras.layers.Lambda(lambda t: keras.ops.nan_to_num(t))(number)
    tolerant = keras.Model(number, keras.layers.Dense(3, "softmax")(filled))
    audit = audit_model(tolerant, *halves(gaps, y), questions=8)
    check(audit, expected(tolerant, gaps, y))
    plain = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, "softmax")])
    with pytest.raises(ValueError, match=r"the model answers NaN.*rows? "):
        audit_model(plain, *halves(gaps, y), questions=0).auc  # noqa: B018


def test_defenses_and_latency_of_a_model_of_several_inputs(model, columns):
    from eval_suite.datasets.example_files import dataset_of
    from eval_suite.measurements.latency_ratio import as_tensors
    from eval_suite.measurements.latency_ratio import compiled_call
    from eval_suite.subjects.one_target.user_model import UserModel

    sides = [dataset_of(side, "s", model) for side in halves(*columns)]
    subject = UserModel(model, *sides)
    base = subject.outputs("base")[1]
    for name in ("temperature", "binned-1", "memguard", "hamp-ranks"):
        assert subject.outputs(name)[1].shape == base.shape
    batch = subject.model_inputs(subject.probe()[:5])
    timed = compiled_call(subject.live_model("base"), batch)()
    np.testing.assert_allclose(timed, base[:5], atol=1e-6)
    called = subject.live_model("base")(as_tensors(batch), training=False)
    np.testing.assert_allclose(called, base[:5], atol=1e-6)
    assert subject.describe()["dataset"]["input_shape"] == [5]
    assert UserModel(model, *sides).describe() == subject.describe()


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3, "softmax")

    def call(self, inputs):
        return self.dense(keras.ops.concatenate([inputs["age"], inputs["more"]], 1))


def test_a_subclassed_model_of_several_inputs(columns):
    x, y = columns
    parts = {"age": x["age"], "more": x["age"][:, :1] * 2}
    subclassed = Subclassed()
    subclassed.predict(parts, verbose=0)
    audit = audit_model(subclassed, *halves(parts, y), questions=8)
    check(audit, expected(subclassed, parts, y))


def test_what_a_model_does_not_take_is_refused_before_work(model, columns):
    x, y = columns
    members, others = halves(x, y)
    less = [
        ({k: v for k, v in s[0].items() if k != "word"}, s[1]) for s in halves(x, y)
    ]
    with pytest.raises(ValueError, match=r"takes the inputs age, item, word.*age:"):
        audit_model(model, *less)
    narrow = halves({**x, "age": x["age"][:, :2]}, y)
    with pytest.raises(ValueError, match=r"can't take the inputs.*audit_outputs"):
        audit_model(model, *narrow)
    with pytest.raises(ValueError, match=r"3 inputs.*a dict.*one array \(60, 3\)"):
        audit_model(model, *halves(x["age"], y))
    with pytest.raises(ValueError, match="one form"):
        audit_model(model, members, ({"age": others[0]["age"]}, others[1]))
    with pytest.raises(
        ValueError, match=r"members: expected a pair.*Received: generator"
    ):
        audit_model(model, (pair for pair in [members]), others)
