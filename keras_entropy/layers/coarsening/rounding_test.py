import numpy as np
import pytest

from keras_entropy import Rounding
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(Rounding, {"decimals": 2}, example_rows(5), tmp_path)


def largest_remainder(row, units):
    """The method as it apportions seats, one row at a time; no ties."""
    whole = np.floor(row * units)
    missing = round(units - whole.sum())
    whole[np.argsort(-(row * units - whole))[:missing]] += 1
    return whole / units


@pytest.mark.parametrize("decimals", [0, 1, 2, 3])
@pytest.mark.parametrize("classes", [2, 10, 100])
def test_agrees_with_the_apportionment_of_seats(decimals, classes):
    random = np.random.default_rng(decimals)
    rows = random.dirichlet(np.full(classes, 0.5), 50).astype("float32")
    expected = [largest_remainder(row.astype("float64"), 10**decimals) for row in rows]
    out = to_numpy(Rounding(decimals)(rows))
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_equal_entries_share_what_is_left():
    rows = np.array([[1, 1, 1], [0.5, 0.25, 0.25], [0.82, 0.09, 0.09]], "float32")
    rows /= rows.sum(axis=-1, keepdims=True)
    out = to_numpy(Rounding(1)(rows))
    expected = [[1 / 3] * 3, [0.5, 0.25, 0.25], [0.8, 0.1, 0.1]]
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_rounding_again_changes_nothing():
    rows = np.random.default_rng(5).dirichlet(np.ones(6), 200).astype("float32")
    once = to_numpy(Rounding(2)(rows))
    np.testing.assert_allclose(to_numpy(Rounding(2)(once)), once, atol=1e-6)


@pytest.mark.parametrize("decimals", [-1, 6, 1.0, True])
def test_a_number_of_decimals_out_of_range_is_refused(decimals):
    with pytest.raises(ValueError, match=f"from 0 to 5.*decimals={decimals}"):
        Rounding(decimals)
