import numpy as np
import pytest
import scipy.stats
from keras import ops

from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.numerics import ranks


def test_a_nan_reaches_its_whole_row_and_no_other():
    rows = example_rows(4)
    broken = rows.copy()
    broken[2, 1] = np.nan
    out = to_numpy(ranks.spread_nan(rows, broken))
    assert np.isnan(out[2]).all()
    np.testing.assert_array_equal(np.delete(out, 2, 0), np.delete(rows, 2, 0))


def test_maxima_marks_every_tied_entry():
    rows = np.array([[0.4, 0.4, 0.2], [0.1, 0.2, 0.7]], "float32")
    np.testing.assert_array_equal(to_numpy(ranks.maxima(rows)), [[1, 1, 0], [0, 0, 1]])


def test_keep_argmax_swaps_the_winner_with_the_leader():
    outputs = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], "float32")
    inputs = np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]], "float32")
    out = to_numpy(ranks.keep_argmax(*map(ops.convert_to_tensor, (outputs, inputs))))
    np.testing.assert_allclose(out, [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]], atol=1e-6)


def test_keep_argmax_treats_tied_leaders_alike():
    outputs = np.array([[0.2, 0.4, 0.4]], "float32")
    inputs = np.array([[0.8, 0.1, 0.1]], "float32")
    out = to_numpy(ranks.keep_argmax(*map(ops.convert_to_tensor, (outputs, inputs))))
    np.testing.assert_allclose(out, [[0.4, 0.3, 0.3]], atol=1e-6)


@pytest.mark.parametrize("told_apart", [1, 3, 70])
def test_place_by_rank_agrees_with_scipy(told_apart):
    classes = 70  # more than are handled in one step
    rows = np.random.default_rng(0).dirichlet(np.ones(classes), 20).astype("float32")
    profile = np.linspace(1, 0.5, told_apart).astype("float32")
    rank = scipy.stats.rankdata(-rows, axis=-1).astype(int) - 1
    expected = np.append(profile, np.full(classes, 0.1))[np.minimum(rank, told_apart)]
    rest = np.float32([0.1])
    out = to_numpy(ranks.place_by_rank(rows, profile, rest))
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_place_by_rank_shares_the_places_of_a_tie():
    rows = np.array([[0.3, 0.3, 0.3, 0.1], [0.4, 0.2, 0.2, 0.2]], "float32")
    profile = np.array([0.6, 0.3], "float32")
    out = to_numpy(ranks.place_by_rank(rows, profile, np.float32([0.05])))
    tie = (0.3 + 0.05 + 0.05) / 3
    expected = [[0.95 / 3] * 3 + [0.05], [0.6, tie, tie, tie]]
    np.testing.assert_allclose(out, expected, atol=1e-6)
