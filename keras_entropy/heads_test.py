import keras
import numpy as np
import pytest
import scipy.special

from keras_entropy import LinearHead
from keras_entropy.contract_test import check_layer
from keras_entropy.contract_test import example_rows
from keras_entropy.contract_test import to_numpy


def test_contract(tmp_path):
    kwargs = {
        "kernel_initializer": keras.initializers.GlorotUniform(seed=3),
        "bias_initializer": keras.initializers.Constant(0.5),
    }
    check_layer(LinearHead, kwargs, example_rows(5, "logits"), tmp_path, atol=2e-6)


def test_as_created_it_is_the_softmax():
    logits = example_rows(5, "logits")
    np.testing.assert_allclose(
        to_numpy(LinearHead()(logits)), scipy.special.softmax(logits, -1), atol=1e-6
    )


def test_equals_numpy():
    random = np.random.default_rng(0)
    kernel, bias = random.normal(size=(4, 4)), random.normal(size=4)
    logits = random.normal(size=(6, 4)).astype("float32")
    layer = LinearHead()
    layer.build((None, 4))
    layer.set_weights([kernel, bias])
    expected = scipy.special.softmax(logits @ kernel + bias, axis=-1)
    np.testing.assert_allclose(to_numpy(layer(logits)), expected, atol=1e-6)


def test_a_head_built_for_other_classes_is_refused():
    layer = LinearHead()
    layer.build((None, 4))
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.zeros((2, 5), "float32"))
