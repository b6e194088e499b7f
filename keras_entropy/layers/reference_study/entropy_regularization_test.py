import keras
import numpy as np
import pytest
import scipy.stats

from keras_entropy import EntropyRegularization
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(EntropyRegularization, {"weight": 0.5}, example_rows(5), tmp_path)


def test_the_loss_is_the_formula():
    rows = example_rows(6)
    layer = EntropyRegularization(2.0)
    layer(rows, training=True)
    expected = 2 / (1 + scipy.stats.entropy(rows.astype("float64"), axis=-1).mean())
    np.testing.assert_allclose(to_numpy(layer.losses[0]), expected, rtol=1e-6)


def test_inference_and_weight_zero_add_no_loss():
    rows = example_rows(6)
    for layer, training in (
        (EntropyRegularization(2.0), False),
        (EntropyRegularization(0.0), True),
    ):
        np.testing.assert_array_equal(to_numpy(layer(rows, training=training)), rows)
        assert layer.losses == []


def test_fit_adds_it_to_the_loss_of_the_model():
    rows = example_rows(5)
    identity = keras.layers.Dense(5, kernel_initializer="identity")
    model = keras.Sequential([keras.Input((5,)), identity, EntropyRegularization(2.0)])
    model.compile("sgd", "mse", jit_compile=False)
    history = model.fit(rows, rows, batch_size=len(rows), verbose=0)
    expected = 2 / (1 + scipy.stats.entropy(rows.astype("float64"), axis=-1).mean())
    np.testing.assert_allclose(history.history["loss"], [expected], rtol=1e-5)


def test_training_with_it_raises_the_entropy():
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
    y = (x[:, 0] > 0).astype(int)

    def mean_entropy(weight):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(2, activation="softmax"),
                EntropyRegularization(weight),
            ]
        )
        optimizer = keras.optimizers.Adam(0.05)
        model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=False)
        model.fit(x, y, epochs=20, verbose=0)
        return scipy.stats.entropy(model.predict(x, verbose=0), axis=-1).mean()

    assert mean_entropy(5.0) > 1.2 * mean_entropy(0.0)


def test_invert_is_the_identity():
    rows = np.array([[0.25, 0.75]])
    inverse = EntropyRegularization().invert(rows)
    assert inverse.dtype == "float64"
    np.testing.assert_array_equal(inverse, rows)


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match=f"at least 0.*weight={weight}"):
        EntropyRegularization(weight)
