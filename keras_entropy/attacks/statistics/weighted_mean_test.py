import numpy as np

from keras_entropy.attacks.statistics.weighted_mean import weighted_mean


def test_means_are_numpys_where_there_is_weight():
    values = np.array([[0.2, np.nan, 0.8], [0.3, 0.5, 0.1], [3.0, 1.0, 2.0]])
    weights = np.array([[1, 0, 3], [2, 2, 1], [0, 0, 0]])
    found = weighted_mean(values, weights)
    expected = np.average([0.2, 0.8], weights=[1, 3])
    assert np.isclose(found[0], expected, rtol=1e-15)
    assert np.isclose(found[1], np.average(values[1], weights=weights[1]), rtol=1e-15)
    assert np.isnan(found[2])
    # Shares are weights too, however small.
    found = weighted_mean(values[0, [0, 2]], weights[0, [0, 2]] / 100)
    assert np.isclose(found, expected, rtol=1e-15)


def test_equal_values_are_not_moved_by_rounding():
    # (0.1 * 3 + 0.1 * 7) / 10 is not 0.1 in floats.
    values = np.array([[0.1, 0.1, 0.7], [0.1, 0.1, 0.1]])
    weights = np.array([[3, 7, 0], [3, 7, 1]])
    np.testing.assert_array_equal(weighted_mean(values, weights), [0.1, 0.1])
    # Shares are weights here too.
    rng = np.random.default_rng(0)
    values, shares = np.tile(rng.random((50, 1)), 3), 0.3 * rng.random((50, 3))
    np.testing.assert_array_equal(weighted_mean(values, shares), values[:, 0])
    # A single value that has weight is that value.
    np.testing.assert_array_equal(
        weighted_mean(np.array([0.7, 0.1]), [0, 3] * np.ones(2)), 0.1
    )


def test_equal_values_beside_another_are_averaged():
    np.testing.assert_allclose(
        weighted_mean(np.array([0.1, 0.1, 0.4]), np.array([1, 1, 1])), 0.2
    )
