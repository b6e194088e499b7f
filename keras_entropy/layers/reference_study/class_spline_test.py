import numpy as np
import pytest
import scipy.interpolate

from keras_entropy.layers.reference_study.class_spline import spline_matrix
from keras_entropy.layers.reference_study.class_spline import study_grid
from keras_entropy.layers.reference_study.class_spline import study_spline


@pytest.mark.parametrize("n", [4, 5, 10, 100])
@pytest.mark.parametrize("uniform", [True, False])
def test_equals_scipys_cubic_spline(n, uniform):
    random = np.random.default_rng(n)
    steps = np.ones(n - 1) if uniform else random.uniform(0.3, 3, n - 1)
    knots = np.concatenate([[0], np.cumsum(steps)])
    points = np.sort(random.uniform(0, knots[-1], 3 * n))
    values = random.normal(size=n)
    expected = scipy.interpolate.CubicSpline(knots, values)(points)
    result = spline_matrix(knots, points) @ values
    np.testing.assert_allclose(result, expected, atol=1e-9)


def test_passes_through_the_knots():
    knots = np.array([0.0, 1.0, 2.5, 3.0, 7.0])
    np.testing.assert_allclose(spline_matrix(knots, knots), np.eye(5), atol=1e-12)


def test_reproduces_cubics():
    knots = np.linspace(0, 6, 6)
    points = np.linspace(0, 6, 50)
    cubic = np.polynomial.Polynomial([1.0, -2.0, 0.5, 0.25])
    np.testing.assert_allclose(
        spline_matrix(knots, points) @ cubic(knots), cubic(points), atol=1e-10
    )


def test_the_studys_grid_misses_the_knots():
    knots, grid = study_grid(10)
    np.testing.assert_allclose(grid[0::3][1], 30 / 29)
    assert not np.isclose(grid[0::3, None], knots[1:]).any()


@pytest.mark.parametrize("classes", [4, 10, 100])
def test_rows_sum_to_one(classes):
    matrix = study_spline(classes)
    assert matrix.shape == (3 * classes, classes)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-12)
