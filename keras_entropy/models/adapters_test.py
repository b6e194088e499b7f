import keras
import numpy as np
import scipy.special

from keras_entropy.layers.contract_test import check_mask
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.models.adapters import LogitsToProbabilities
from keras_entropy.models.adapters import TwoClasses


def test_a_probability_becomes_two():
    out = to_numpy(TwoClasses()(np.array([[0.25], [1.0]], "float32")))
    np.testing.assert_allclose(out, [[0.75, 0.25], [0.0, 1.0]])


def test_a_logit_becomes_two_with_the_same_softmax():
    logits = np.array([[-2.0], [0.0], [30.0]], "float32")
    pair = to_numpy(TwoClasses(from_logits=True)(logits))
    np.testing.assert_allclose(
        scipy.special.softmax(pair, axis=-1)[:, 1:], scipy.special.expit(logits)
    )


def test_logits_become_probabilities():
    logits = example_rows(5, "logits")
    out = to_numpy(LogitsToProbabilities()(logits))
    np.testing.assert_allclose(out, scipy.special.softmax(logits, -1), atol=1e-6)


def test_both_stay_float32_and_survive_saving(tmp_path):
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_float16")
        inputs = keras.Input((1,))
        pair = TwoClasses(from_logits=True)(inputs)
        model = keras.Model(inputs, LogitsToProbabilities()(pair))
    finally:
        keras.config.set_dtype_policy(before)
    assert model.outputs[0].dtype == "float32"
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.array([[-3.0], [2.0]], "float32")
    np.testing.assert_array_equal(to_numpy(loaded(x)), to_numpy(model(x)))


def test_the_mask_passes():
    check_mask(LogitsToProbabilities, example_rows(4, "logits"))
    check_mask(lambda: TwoClasses(), np.full((3, 1), 0.5, "float32"))
