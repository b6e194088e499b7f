import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from keras_entropy import EntropyFloor
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(EntropyFloor, {"minimum": 0.4}, example_rows(5), tmp_path)


@pytest.mark.parametrize("minimum", [0.01, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_the_floor_is_reached_by_the_least_mixing(classes, minimum):
    random = np.random.default_rng(0)
    even = np.full(classes, 1 / classes)
    but_one = np.where(np.arange(classes) == 0, 0.0, 1 / (classes - 1))
    nearly = np.where(np.arange(classes) == 0, 1 - 1e-5, 1e-5 / (classes - 1))
    rows = [np.eye(classes)[0], even, but_one, nearly]
    for spread in (0.01, 0.1, 1.0, 10.0):
        rows += [*random.dirichlet(np.full(classes, spread), 8)]
    rows = np.vstack(rows)
    rows = rows.astype("float32").astype("float64")

    def mixed(row, weight):
        return (1 - weight) * row + weight / classes

    def least(row):
        def excess(weight):
            return scipy.stats.entropy(mixed(row, weight)) - minimum * np.log(classes)

        if excess(0.0) >= 0:
            return 0.0
        return scipy.optimize.brentq(excess, 0.0, 1.0, xtol=1e-12)

    expected = [mixed(row, least(row)) for row in rows]
    out = to_numpy(EntropyFloor(minimum)(rows.astype("float32")))
    np.testing.assert_allclose(out, expected, atol=2e-6)
    entropy = scipy.stats.entropy(out.astype("float64"), axis=-1)
    assert (entropy >= minimum * np.log(classes) - 1e-5).all()


def test_floors_at_the_ends():
    rows = example_rows(5)
    np.testing.assert_allclose(to_numpy(EntropyFloor(0.0)(rows)), rows)
    np.testing.assert_allclose(to_numpy(EntropyFloor(1.0)(rows)), 0.2, atol=1e-3)


def test_an_attacker_finds_confident_rows_behind_the_floor():
    logits = np.random.default_rng(2).normal(scale=6, size=(200, 10))
    rows = scipy.special.softmax(logits, axis=-1).astype("float32")
    layer = EntropyFloor(0.5)
    found = layer.invert(to_numpy(layer(rows)))
    # What can't be found is how large the smallest entry was.
    smallest = rows.min(axis=-1)
    error = np.abs(found - rows).max(axis=-1)
    assert (error <= 10 * smallest + 1e-5).all()


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan")])
def test_a_value_out_of_range_is_refused(value):
    with pytest.raises(ValueError, match=f"`minimum` must.*minimum={value}"):
        EntropyFloor(value)
