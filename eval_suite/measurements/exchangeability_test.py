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
