import keras
import numpy as np
import pytest
from scipy import stats

from keras_entropy.audit import hold_out


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(300, 4)).astype("float32"), rng.integers(0, 5, 300)


def test_what_is_held_out_is_in_no_training_set(data):
    x, y = data
    x_train, y_train, plan = hold_out(x, y, records=200, seed=3)
    out = plan.rows[~plan.member]
    kept = np.setdiff1d(np.arange(300), out)
    np.testing.assert_array_equal(x_train, x[kept])
    np.testing.assert_array_equal(y_train, y[kept])
    assert x_train.dtype == x.dtype
    assert y_train.dtype == y.dtype
    np.testing.assert_array_equal(plan.nonmembers[0], x[out])
    np.testing.assert_array_equal(plan.members[1], y[plan.rows[plan.member]])


def test_coins_are_fair_and_independent(data):
    x, y = data
    coins = np.array(
        [hold_out(x, y, records=300, seed=s)[2].member for s in range(400)]
    )
    # Of 120,000 coins, of each record, and of records next to each other.
    assert stats.binomtest(int(coins.sum()), coins.size).pvalue > 1e-3
    z = (coins.mean(axis=0) - 0.5) * 2 * np.sqrt(400)
    assert stats.kstest(z, "norm").pvalue > 1e-3
    same = (coins[:, 1:] == coins[:, :-1]).sum()
    assert stats.binomtest(int(same), coins[:, 1:].size).pvalue > 1e-3


def test_coins_have_nothing_to_do_with_data_of_the_same_seed():
    seen = []
    for seed in range(200):
        x = np.random.default_rng(seed).random((100, 1))
        plan = hold_out(x, np.zeros(100, int), records=100, seed=seed)[2]
        seen.append(np.corrcoef(plan.x[:, 0], plan.member)[0, 1])
    assert abs(np.mean(seen)) < 4 / np.sqrt(200 * 100)


def test_without_a_seed_every_call_tosses_anew(data):
    first, second = (hold_out(*data, records=200)[2] for _ in range(2))
    assert first.digest != second.digest
    again, same = (hold_out(*data, records=200, seed=1)[2] for _ in range(2))
    assert again.digest == same.digest


def test_mislabelled_records_have_a_wrong_label_in_training_and_audit(data):
    x, y = data
    x_train, y_train, plan = hold_out(x, y, records=250, mislabelled=120, seed=1)
    assert plan.mislabelled.sum() == 120
    wrong = plan.y != plan.given
    np.testing.assert_array_equal(wrong, plan.mislabelled)
    np.testing.assert_array_equal(plan.given, y[plan.rows])
    changed = {tuple(row): label for row, label in zip(x_train, y_train, strict=True)}
    for row, label in zip(*plan.members, strict=True):
        assert changed[tuple(row)] == label
    np.testing.assert_array_equal(y, data[1])  # the caller's are left alone


def test_wrong_labels_are_drawn_evenly():
    y = np.repeat([0, 3, 7], 400)
    *_, plan = hold_out(np.zeros((1200, 1)), y, records=1200, mislabelled=1200, seed=0)
    for label, others in ((0, (3, 7)), (3, (0, 7)), (7, (0, 3))):
        counts = [int((plan.y[plan.given == label] == other).sum()) for other in others]
        assert sum(counts) == 400
        assert stats.binomtest(counts[0], 400).pvalue > 1e-3


def as_dict(x):
    return {"wide": x[:, :3], "age": x[:, 3]}


def as_list(x):
    return [x[:, :1], x[:, 1:].reshape(-1, 3, 1)]


def as_tuple(x):
    return x[:, :2], {"b": x[:, 2], "a": x[:, 3:]}


@pytest.mark.parametrize("several", [as_dict, as_list, as_tuple])
def test_several_inputs_are_held_out_as_one_is(data, several):
    x, y = data
    settings = {"records": 120, "mislabelled": 30, "seed": 4}
    x_one, y_one, one = hold_out(x, y, **settings)
    x_train, y_train, plan = hold_out(several(x), y, **settings)
    keras.tree.assert_same_structure(x_train, several(x))
    keras.tree.map_structure(np.testing.assert_array_equal, x_train, several(x_one))
    np.testing.assert_array_equal(y_train, y_one)
    for sides, others in (
        (plan.members, one.members),
        (plan.nonmembers, one.nonmembers),
    ):
        expected = several(others[0])
        keras.tree.map_structure(np.testing.assert_array_equal, sides[0], expected)
        np.testing.assert_array_equal(sides[1], others[1])


@pytest.mark.parametrize("form", ["column", "one_hot", "float"])
def test_labels_come_back_in_their_form(data, form):
    x, y = data
    given = {
        "column": y[:, None].astype("uint8"),
        "one_hot": np.eye(5, dtype="float32")[y],
        "float": y.astype("float32"),
    }[form]
    _, y_train, plan = hold_out(x, given, records=100, mislabelled=100, seed=2)
    _, plain, same = hold_out(x, y, records=100, mislabelled=100, seed=2)
    assert y_train.dtype == given.dtype
    assert y_train.shape[1:] == given.shape[1:]
    numbers = y_train.argmax(axis=1) if form == "one_hot" else y_train.reshape(-1)
    np.testing.assert_array_equal(numbers, plain)
    np.testing.assert_array_equal(plan.y, same.y)


def test_invalid_usage(data):
    x, y = data
    with pytest.raises(ValueError, match=r"`records`.*50 to 300.*records=301"):
        hold_out(x, y, records=301)
    with pytest.raises(ValueError, match=r"`records`.*records=60\.0"):
        hold_out(x, y, records=60.0)
    with pytest.raises(ValueError, match=r"`mislabelled`.*0 to 60.*mislabelled=61"):
        hold_out(x, y, records=60, mislabelled=61)
    with pytest.raises(ValueError, match=r"`mislabelled`.*-1"):
        hold_out(x, y, records=60, mislabelled=-1)
    with pytest.raises(ValueError, match="a second class"):
        hold_out(x, np.zeros(300), records=60, mislabelled=1)
    with pytest.raises(ValueError, match=r"x of shape \(N, \.\.\.\).*\(299,\)"):
        hold_out(x, y[1:])
    with pytest.raises(ValueError, match=r"x/b of shape.*x/b \(299, 4\), y \(300"):
        hold_out({"a": x, "b": x[1:]}, y)
    with pytest.raises(ValueError, match=r"x without any, y \(300,\)"):
        hold_out({}, y)
    with pytest.raises(ValueError, match=r"of shape \(N.*x \(1, 2\), y"):
        hold_out([[1.0, 2.0]], y)
    with pytest.raises(ValueError, match=r"x/b must hold no infinity.*300 of 300"):
        hold_out({"a": x, "b": np.full(300, np.inf)}, y, records=60)
    with pytest.raises(TypeError, match="dates"):
        hold_out(np.full((100, 2), "2020", "M8[D]"), np.zeros(100), records=60)
    with pytest.raises(ValueError, match="of one number an example"):
        hold_out(np.zeros(100), np.zeros(100), records=60)


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = slice(100 * index, 100 * index + 100)
        return self.x[rows], self.y[rows]


def test_examples_are_read_as_everywhere(data):
    x, y = data
    expected = hold_out(x, y, records=100, seed=1)
    tensor = keras.ops.convert_to_tensor(x)
    for given in ((x.tolist(), y.tolist()), (tensor, y), (Batches(x, y),)):
        x_train, y_train, plan = hold_out(*given, records=100, seed=1)
        np.testing.assert_array_equal(x_train, expected[0])
        np.testing.assert_array_equal(y_train, expected[1])
        np.testing.assert_array_equal(plan.members[0], expected[2].members[0])
        again, _ = plan.training_set(*given)
        np.testing.assert_array_equal(again, x_train)


def test_a_table_of_numbers_and_strings(data):
    pd = pytest.importorskip("pandas")
    x, y = data
    town = np.array(["Bonn", "Köln"], object)[y % 2]
    frame = pd.DataFrame({"age": x[:, 0], "town": town})
    x_train, _, plan = hold_out(frame, pd.Series(y), records=100, seed=1)
    kept = np.setdiff1d(np.arange(300), plan.rows[~plan.member])
    assert x_train["town"].tolist() == town[kept].tolist()
    np.testing.assert_array_equal(x_train["age"], x[kept, 0])
    assert plan.members[0]["town"].tolist() == town[plan.rows[plan.member]].tolist()
    missing = frame.assign(town=[None, *town[1:]])
    with pytest.raises(ValueError, match=r"x\['town'\]: a value is missing in 1 of"):
        hold_out(missing, y, records=100)


def test_ragged_rows_are_refused(data):
    tf = pytest.importorskip("tensorflow")
    rows = tf.ragged.constant([[1] * (n % 3 + 1) for n in range(100)])
    with pytest.raises(TypeError, match=r"`ragged\.to_tensor\(\)`.*ragged rows"):
        hold_out(rows, np.zeros(100), records=60)
