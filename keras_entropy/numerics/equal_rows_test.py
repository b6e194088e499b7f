import numpy as np
import pytest

from keras_entropy.numerics.equal_rows import find_equal_rows
from keras_entropy.numerics.equal_rows import row_bytes

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(300, 4))


def table(rng, count, columns=10):
    share = np.array([0.9, 0.8, 0.85, 0.9, 0.7, 0.95, 0.8, 0.9, 0.75, 0.9])[:columns]
    return (rng.random((count, columns)) < share).astype("float32")


def test_examples_are_counted_not_patterns():
    first, second = np.array([1, 1, 1, 2, 3, 4]), np.array([1, 3, 3, 5])
    labels = np.array([0, 0, 1, 0, 0, 0]), np.array([1, 1, 0, 0])
    found = find_equal_rows(first[:, None], second[:, None], labels)
    assert (found.inputs, found.examples) == ((4, 3), (2, 2))
    assert found.told("members", "others") == (
        "4 of 6 members and 3 of 4 others have an input that the other side has too "
        "(2 and 2 with its label)"
    )
    assert not found.is_copied


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (NORMAL.astype("float32"), NORMAL, 300),
        (NORMAL, NORMAL.astype("float32"), 300),
        (NORMAL.astype("float16"), NORMAL.astype("float32"), 300),
        (2**26 + np.arange(0, 600, 2), 2**26 + 1 + np.arange(0, 600, 2), 0),
        (2**62 + np.arange(0, 600, 2), 2**62 + 1 + np.arange(0, 600, 2), 0),
        (2**62 + np.arange(300), (2**62 + np.arange(300)).astype("uint64"), 300),
        (2**26 + np.arange(300), 2.0**26 + np.arange(300), 300),
        (np.array([2**63 + 1], "uint64"), np.array([-(2**63) + 1]), 0),
        (1.7e9 + np.arange(300), 1.7e9 + 0.5 + np.arange(300), 0),
        (np.arange(256, dtype="uint8"), np.arange(256) / 1.0, 256),
        (np.zeros(9, "uint8"), np.linspace(0.1, 0.9, 9), 0),
        (np.array([True, False]), np.array([1, 2], "int8"), 1),
        (np.array([-0.0]), np.array([0], "int64"), 1),
        (np.array(["a", "bb"]), np.array(["bb", "cccc"]), 1),
        (np.array([b"a", b"bb"]), np.array(["bb", "cccc"]), 1),
        (np.array(["a", "bb"], object), np.array(["bb", "cccc"]), 1),
        (np.array(["1"]), np.array([1]), 0),
    ],
)
def test_values_are_compared_whatever_holds_them(first, second, equal):
    found = find_equal_rows(
        first.reshape(len(first), -1), second.reshape(len(second), -1)
    )
    assert found.inputs == (equal, equal)


def test_bytes_tell_values_and_no_type():
    rows = 2 ** np.arange(40)[:, None] + np.array([0, 1, 2])
    forms = [list(row_bytes(rows.astype(dtype))) for dtype in ("int64", "float64")]
    assert forms[0] == forms[1]
    assert len(set(forms[0])) == 40
    assert list(row_bytes(rows[:9].astype("uint16"))) == forms[0][:9]
    assert forms[0][3] == rows[3].astype("float32").tobytes()


@pytest.mark.parametrize("columns", [4, 7, 10])
@pytest.mark.parametrize("sizes", [(1000, 1000), (1000, 60), (30, 400), (3, 9)])
def test_equal_rows_of_a_table_are_no_copies(columns, sizes):
    rng = np.random.default_rng(columns)
    for _ in range(25):
        found = find_equal_rows(*(table(rng, size, columns) for size in sizes))
        assert not found.is_copied


def test_few_copies_are_counted_and_pass():
    others = np.concatenate([RNG.normal(size=(300, 4)), NORMAL[:3]])
    found = find_equal_rows(NORMAL, others)
    assert (found.inputs, found.copies, found.is_copied) == ((3, 3), 3.0, False)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("second", [300, 3000])
def test_a_share_of_measured_values_is_copied(share, second):
    copied = int(share * 300)
    others = np.random.default_rng(1).normal(size=(second, 4))
    others[:copied] = NORMAL[:copied]
    found = find_equal_rows(NORMAL, RNG.permutation(others))
    assert found.copies == copied
    assert found.is_copied


@pytest.mark.parametrize("columns", [3, 5, 10])
def test_a_table_given_twice_is_copied(columns):
    rows = table(np.random.default_rng(0), 500, columns)
    assert find_equal_rows(rows, RNG.permutation(rows)).is_copied


def test_part_of_a_table_given_twice_is_copied():
    rng = np.random.default_rng(0)
    rows = table(rng, 2000)
    assert find_equal_rows(rows, rows[:1000]).is_copied


@pytest.mark.parametrize("count", [1, 3, 10])
def test_few_measured_rows_given_twice_are_copied(count):
    assert find_equal_rows(NORMAL[:count], NORMAL[:count]).is_copied
    assert find_equal_rows(NORMAL, NORMAL[5 : 5 + count]).is_copied


def test_copies_are_those_that_random_deals_do_not_give():
    rng = np.random.default_rng(3)
    both = table(rng, 900)
    deals = []
    for _ in range(100):
        order = rng.permutation(900)
        found = find_equal_rows(both[order[:600]], both[order[600:]])
        deals.append(found.copies)
    spread = np.std(deals)
    assert abs(np.mean(deals)) < 4 * spread / 10
    planted = np.concatenate([both, both[:200]])
    found = find_equal_rows(planted[:900], planted[900:])
    assert found.copies == pytest.approx(200, abs=4 * spread)
