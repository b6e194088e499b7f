import numpy as np
import pytest
import scipy.interpolate
import scipy.special

from keras_entropy import PolynomialSmoothing
from keras_entropy import SplineSmoothing
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy

LAYERS = [SplineSmoothing, PolynomialSmoothing]


@pytest.mark.parametrize("cls", LAYERS)
def test_contract(cls, tmp_path):
    kwargs = {"normalization": "clip"}
    if cls is PolynomialSmoothing:
        kwargs["degree"] = 3
    check_layer(cls, kwargs, example_rows(5), tmp_path)


def study_spline(row):
    """The study's common grid, by SciPy."""
    classes = len(row)
    grid = np.linspace(0, classes, 3 * classes)
    knots = np.linspace(0, classes, classes)
    return grid, scipy.interpolate.CubicSpline(knots, row)(grid)


def spline_dmd(row):
    """M-1 as the study computes it: an operator fitted by a pseudo-inverse."""
    grid, spline = study_spline(row)
    data = np.stack([grid, spline], axis=1)
    left, singular, right = np.linalg.svd(data, full_matrices=False)
    reduced = left.T @ data @ right.T @ np.diag(1 / singular)
    return (left @ reduced @ left.T @ data)[0::3, 1]


def polynomial_fit(row, degree):
    """M-18 as the study computes it."""
    grid, spline = study_spline(row)
    return np.polynomial.Polynomial.fit(grid, spline, degree)(grid)[0::3]


def ordinary_rows(classes, n=20):
    random = np.random.default_rng(classes)
    return random.dirichlet(np.full(classes, 0.3), n).astype("float32")


@pytest.mark.parametrize("classes", [4, 5, 10, 100])
def test_spline_equals_dynamic_mode_decomposition(classes):
    rows = ordinary_rows(classes)
    expected = scipy.special.softmax([spline_dmd(r) for r in rows], axis=-1)
    out = to_numpy(SplineSmoothing()(rows))
    np.testing.assert_allclose(out, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("classes", "degree"), [(4, 0), (4, 6), (5, 3), (10, 6), (10, 12), (100, 6)]
)
def test_polynomial_equals_least_squares(classes, degree):
    rows = ordinary_rows(classes)
    fits = [polynomial_fit(r.astype("float64"), degree) for r in rows]
    out = to_numpy(PolynomialSmoothing(degree)(rows))
    np.testing.assert_allclose(out, scipy.special.softmax(fits, axis=-1), atol=1e-6)


def test_degree_zero_is_uniform():
    out = to_numpy(PolynomialSmoothing(0)(ordinary_rows(6)))
    np.testing.assert_allclose(out, np.full_like(out, 1 / 6), atol=1e-6)


@pytest.mark.parametrize("cls", LAYERS)
def test_uniform_stays_uniform(cls):
    rows = np.full((1, 10), 0.1, "float32")
    np.testing.assert_allclose(to_numpy(cls()(rows)), rows, atol=1e-6)


@pytest.mark.parametrize("cls", LAYERS)
def test_the_order_of_the_classes_matters(cls):
    rows = ordinary_rows(10)
    order = np.random.default_rng(0).permutation(10)
    renamed = to_numpy(cls()(rows[:, order]))
    assert np.abs(renamed - to_numpy(cls()(rows))[:, order]).max() > 0.01
    assert not cls().claims.permutation_equivariant


def test_the_argmax_may_move():
    rows = np.eye(10, dtype="float32")
    moved = to_numpy(SplineSmoothing()(rows)).argmax(axis=1) != np.arange(10)
    assert moved.any()
    assert not SplineSmoothing().claims.keeps_argmax


def test_spline_inverts():
    rows = ordinary_rows(10)
    layer = SplineSmoothing()
    inverse = layer.invert(to_numpy(layer(rows)))
    assert inverse.dtype == "float64"
    np.testing.assert_allclose(inverse, rows, atol=1e-4)


def test_clip_forgets_and_says_so():
    assert SplineSmoothing().claims.injective
    assert not SplineSmoothing(normalization="clip").claims.injective
    assert not SplineSmoothing(normalization="clip").claims.raises_entropy


@pytest.mark.parametrize("cls", LAYERS)
def test_too_few_classes_are_refused(cls):
    with pytest.raises(ValueError, match=r"at least 4 classes.*\(2, 3\)"):
        cls()(np.full((2, 3), 1 / 3, "float32"))


@pytest.mark.parametrize("degree", [-1, 2.5, "6", True])
def test_a_degree_that_is_no_whole_number_is_refused(degree):
    with pytest.raises(ValueError, match="`degree` must be an integer"):
        PolynomialSmoothing(degree)


def test_a_degree_above_the_grid_is_refused():
    with pytest.raises(ValueError, match="degree=15, classes=5"):
        PolynomialSmoothing(15)(np.full((2, 5), 0.2, "float32"))


@pytest.mark.parametrize("cls", LAYERS)
def test_an_unknown_normalization_is_refused(cls):
    with pytest.raises(ValueError, match="normalization='none'"):
        cls(normalization="none")
