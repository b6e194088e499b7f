import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.special import softmax

from keras_entropy import FittedTemperature
from keras_entropy.layers.contract_test import check_mask
from keras_entropy.layers.contract_test import check_modes
from keras_entropy.layers.contract_test import check_nan
from keras_entropy.layers.contract_test import check_shapes_and_dtypes
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy

CLASSES = 4


def examples(sharpness, n=500):
    """Answers whose logits are those that labels are drawn by, over `sharpness`."""
    random = np.random.default_rng(0)
    logits = random.normal(scale=2.0, size=(n, CLASSES))
    draw = random.uniform(size=(n, 1))
    labels = (softmax(logits, axis=-1).cumsum(axis=-1) < draw).sum(axis=-1)
    return softmax(logits / sharpness, axis=-1), labels.clip(max=CLASSES - 1)


def fitted(sharpness=4.0):
    return FittedTemperature().fit(*examples(sharpness))


def test_contract(tmp_path):
    layer = fitted()

    def make(**extra):
        made = FittedTemperature(**extra)
        made.build((None, CLASSES))
        made.set_weights(layer.get_weights())
        return made

    rows = example_rows(CLASSES)
    check_shapes_and_dtypes(make, rows)
    check_modes(make, rows, tmp_path, 1e-6)
    check_nan(make, rows)
    check_mask(make, rows)


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_the_temperature_is_scipy_s(sharpness):
    outputs, labels = examples(sharpness)
    rows = np.arange(len(labels))

    def nll(temperature):
        return -log_softmax(np.log(outputs) / temperature, axis=-1)[rows, labels].mean()

    found = minimize_scalar(nll, bounds=(0.06, 20), method="bounded").x
    assert fitted(sharpness).temperature == pytest.approx(found, rel=1e-3)


def test_a_model_that_is_less_sure_than_right_is_sharpened():
    layer = fitted(4.0)
    assert layer.temperature < 0.3
    outputs, labels = examples(4.0)
    sharpened = to_numpy(layer(outputs.astype("float32")))
    rows = np.arange(len(labels))
    before, after = (-np.log(o[rows, labels]).mean() for o in (outputs, sharpened))
    assert after < before - 0.1
    np.testing.assert_array_equal(sharpened.argmax(-1), outputs.argmax(-1))


def test_an_attacker_who_knows_the_temperature_divides_it_out():
    layer, rows = fitted(2.0), examples(2.0)[0][:50]
    back = layer.invert(to_numpy(layer(rows.astype("float32"))))
    np.testing.assert_allclose(back, rows, atol=1e-5)


def test_answers_that_are_always_right_have_the_least_temperature():
    outputs = np.full((30, 3), 0.2)
    labels = np.arange(30) % 3
    outputs[np.arange(30), labels] = 0.6
    layer = FittedTemperature().fit(outputs, labels)
    assert layer.temperature == pytest.approx(0.05)


def test_answers_that_say_nothing_become_nearly_uniform_and_it_is_said(caplog):
    outputs = np.tile([[0.7, 0.2, 0.1]], (30, 1))
    layer = FittedTemperature().fit(outputs, np.full(30, 2))
    assert layer.temperature == pytest.approx(20)
    assert "hardly likelier" in caplog.text


def test_until_it_is_fitted_answers_are_uniform():
    layer = FittedTemperature()
    np.testing.assert_allclose(to_numpy(layer(example_rows(CLASSES))), 1 / CLASSES)
    assert not layer.fitted
    assert fitted().fitted
