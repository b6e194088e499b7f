import keras
import numpy as np
import pytest
import scipy.stats
from keras import ops

from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.numerics import probability_vectors


def test_log_is_finite_at_zero_and_exact_elsewhere():
    values = np.array([0.0, 1e-30, 0.5, 1.0], "float32")
    expected = [np.log(probability_vectors.TINY), *np.log(values[1:].astype("float64"))]
    np.testing.assert_allclose(
        to_numpy(probability_vectors.log(values)), expected, rtol=1e-6
    )


def test_entropy_equals_scipys():
    rows = example_rows(7)
    expected = scipy.stats.entropy(rows.astype("float64"), axis=-1)
    np.testing.assert_allclose(
        to_numpy(probability_vectors.entropy(ops.convert_to_tensor(rows))),
        expected,
        atol=1e-6,
    )


def test_entropy_of_one_hot_and_of_uniform():
    rows = np.array([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]], "float32")
    np.testing.assert_allclose(
        to_numpy(probability_vectors.entropy(ops.convert_to_tensor(rows))),
        [0, np.log(4)],
        atol=1e-7,
    )


def test_clip_drops_negative_entries():
    values = np.array([[3.0, 1.0, -2.0], [-1.0, -1.0, 0.0]], "float32")
    expected = [[0.75, 0.25, 0.0], [1 / 3, 1 / 3, 1 / 3]]
    np.testing.assert_allclose(
        to_numpy(probability_vectors.normalize(values, "clip")), expected, atol=1e-7
    )


def test_softmax_is_scipys():
    values = np.array([[3.0, 1.0, -2.0], [80.0, 0.0, -80.0]], "float32")
    np.testing.assert_allclose(
        to_numpy(probability_vectors.normalize(values, "softmax")),
        scipy.special.softmax(values, axis=-1),
        atol=1e-7,
    )


@pytest.mark.parametrize("method", probability_vectors.NORMALIZATIONS)
def test_nan_stays_visible(method):
    values = np.array([[np.nan, 1.0], [-1.0, -2.0]], "float32")
    out = to_numpy(probability_vectors.normalize(values, method))
    assert np.isnan(out[0]).any()
    assert np.isfinite(out[1]).all()


def test_a_row_of_zeros_has_a_finite_gradient():
    class Clip(keras.layers.Layer):
        def call(self, inputs):
            return probability_vectors.normalize(inputs, "clip")

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3), Clip()])
    model.compile("sgd", "mse", jit_compile=False)
    model.fit(np.zeros((2, 3)), np.eye(3)[:2], verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_an_unknown_normalization_is_refused_and_the_known_are_listed():
    with pytest.raises(ValueError, match=r"'softmax', 'clip'.*normalization='none'"):
        probability_vectors.check_normalization("none")


def test_project_mends_rounding():
    rows = probability_vectors.project(np.array([[0.5, 0.5 + 1e-9, -1e-9]]))
    assert rows.dtype == "float64"
    assert (rows >= 0).all()
    np.testing.assert_allclose(rows.sum(axis=-1), 1, atol=1e-15)


def test_entropy_is_maximal_for_uniform_rows_of_many_classes():
    rows = ops.full((1, 1000), 1e-3)
    np.testing.assert_allclose(
        to_numpy(probability_vectors.entropy(ops.convert_to_tensor(rows))),
        [np.log(1000)],
        rtol=1e-6,
    )
