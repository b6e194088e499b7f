import keras
import numpy as np
import pytest
import scipy.special

from keras_entropy import LinearHead
from keras_entropy import QuadraticHead
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy

HEADS = [LinearHead, QuadraticHead]


@pytest.mark.parametrize("cls", HEADS)
def test_contract(cls, tmp_path):
    kwargs = {
        "kernel_initializer": keras.initializers.GlorotUniform(seed=3),
        "bias_initializer": keras.initializers.Constant(0.5),
    }
    check_layer(cls, kwargs, example_rows(5, "logits") / 5, tmp_path, atol=2e-6)


@pytest.mark.parametrize("cls", HEADS)
def test_as_created_it_is_the_softmax(cls):
    logits = example_rows(5, "logits")
    np.testing.assert_allclose(
        to_numpy(cls()(logits)), scipy.special.softmax(logits, -1), atol=1e-6
    )


def with_weights(layer, *weights):
    layer.build((None, 4))
    layer.set_weights(weights)
    return layer


def test_linear_equals_numpy():
    random = np.random.default_rng(0)
    matrix, bias = random.normal(size=(4, 4)), random.normal(size=4)
    logits = random.normal(size=(6, 4)).astype("float32")
    layer = with_weights(LinearHead(), matrix.T, bias)
    expected = scipy.special.softmax([matrix @ z + bias for z in logits], axis=-1)
    np.testing.assert_allclose(to_numpy(layer(logits)), expected, atol=1e-6)


def test_quadratic_terms_are_added():
    random = np.random.default_rng(0)
    first, second = random.normal(size=(2, 4, 4))
    bias = random.normal(size=4)
    logits = random.normal(size=(6, 4)).astype("float32")
    layer = with_weights(QuadraticHead(), np.vstack([first.T, second.T]), bias)
    values = [first @ z + second @ z**2 + bias for z in logits]
    expected = scipy.special.softmax(values, axis=-1)
    np.testing.assert_allclose(to_numpy(layer(logits)), expected, atol=1e-6)


@pytest.mark.parametrize("cls", HEADS)
def test_unnormalized_is_what_the_softmax_is_fed(cls):
    logits = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    head = cls(kernel_initializer="glorot_uniform")
    tensor = keras.Input((4,))
    values = keras.Model(tensor, head.unnormalized(tensor))
    out = with_weights(head, *values.get_weights())(logits)
    expected = keras.ops.softmax(values(logits))
    np.testing.assert_allclose(to_numpy(out), to_numpy(expected), atol=1e-6)


@pytest.mark.parametrize("cls", HEADS)
def test_a_head_built_for_other_classes_is_refused(cls):
    layer = cls()
    layer.build((None, 4))
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.zeros((2, 5), "float32"))
