import numpy as np
import pytest

from eval_suite.measurements.exchangeability import check_exchangeability


def draw(count, seed, classes=5, shape=(8, 8)):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, count)
    x = rng.normal(size=(count, *shape)) + y.reshape(-1, *[1] * len(shape)) / 5
    return x.astype("float32"), y


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", [(400, 400), (1500, 250)])
def test_two_draws_of_one_law_are_exchangeable(seed, sizes):
    found = check_exchangeability(draw(sizes[0], seed), draw(sizes[1], seed + 100))
    assert not found.confounded
    assert found.auc_low <= 0.5 <= found.auc_high
    assert "look exchangeable" in str(found)


@pytest.mark.parametrize(
    "shift",
    [
        lambda x, y: (x + 0.3, y),
        lambda x, y: (x * 1.2, y),
        lambda x, y: (x.round(1), y),
        lambda x, y: (np.where(abs(x) < 0.2, 0, x), y),
        lambda x, y: (x[y > 1], y[y > 1]),
        lambda x, y: ((x + np.roll(x, 1, axis=2)) / 2**0.5, y),
    ],
    ids=["brighter", "contrast", "rounded", "zeros", "labels", "blurred"],
)
def test_another_law_is_found(shift):
    found = check_exchangeability(draw(800, 0), shift(*draw(800, 1)))
    assert found.confounded
    assert found.auc_low > 0.52
    assert str(found).startswith("CONFOUNDED: without any model")


def test_labels_alone_are_looked_at_where_inputs_are_unknown():
    (_, balanced), (_, other) = draw(1000, 0), draw(1000, 1)
    assert not check_exchangeability((None, balanced), (None, other)).confounded
    skewed = np.where(other == 0, 1, other)
    assert check_exchangeability((None, balanced), (None, skewed)).confounded


def test_many_classes():
    sides = [draw(600, seed, classes=1000) for seed in (0, 1)]
    assert not check_exchangeability(*sides).confounded


def test_one_shifted_column_is_named():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4000, 10)), rng.integers(0, 5, 4000)
    x[:2000, 3] += 0.25
    found = check_exchangeability((x[:2000], y[:2000]), (x[2000:], y[2000:]))
    assert found.confounded
    assert found.learner == "input [3]"
    assert "input [3] alone tells members" in str(found)


def test_no_example_is_left_out():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 15_000, 1)), np.zeros((2, 15_000), int)
    x[0] += 0.08
    sides = [(x[side], y[side]) for side in (0, 1)]
    assert check_exchangeability(*sides).learner == "input [0]"
    # So small a shift is not shown by the first 5,000 of each side.
    few = [(x[:5000], y[:5000]) for x, y in sides]
    assert not check_exchangeability(*few).confounded


@pytest.mark.parametrize("kind", ["gaps", "texts", "objects", "constants", "ties"])
def test_columns_of_every_kind(kind):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (400, 3)).astype("float64")
    changed = {
        "gaps": lambda: np.where(x == 0, np.nan, x),
        "texts": lambda: np.array(["a", "bb", "c", "d"])[x.astype(int)],
        "objects": lambda: np.where(x > 2, "more", x.astype(object)),
        "constants": lambda: np.ones_like(x),
        "ties": lambda: x,
    }[kind]()
    y = rng.integers(0, 3, 400)
    found = check_exchangeability((changed[:200], y[:200]), (changed[200:], y[200:]))
    assert not found.confounded


def test_equal_rows_are_counted():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 3)), rng.integers(0, 3, 400)
    x[200:205] = x[:5]
    y[200:203], y[203:205] = y[:3], y[3:5] + 1
    found = check_exchangeability((x[:200], y[:200]), (x[200:], y[200:]))
    assert (
        "5 of 200 members and 5 of 200 non-members have an input that the other side "
        "has too (3 and 3 with its label)"
    ) in str(found)
    assert not found.confounded
