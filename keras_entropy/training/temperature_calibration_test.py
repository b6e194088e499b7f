import keras
import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from keras_entropy import TemperatureScaling
from keras_entropy import fit_temperature
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.softening.best_temperature import best_temperature


def model_of(activation="softmax", classes=5):
    layer = keras.layers.Dense(
        classes, kernel_initializer="identity", activation=activation
    )
    return keras.Sequential([keras.Input((classes,)), layer])


def examples(sharpness, n=400, classes=5):
    """Logits that are too large by a factor, and labels drawn by the right ones."""
    random = np.random.default_rng(0)
    logits = random.normal(scale=2, size=(n, classes))
    weights = np.exp(log_softmax(logits, axis=-1))
    labels = np.array([random.choice(classes, p=row) for row in weights])
    return (sharpness * logits).astype("float32"), labels


def nll(temperature, logits, labels):
    logs = log_softmax(logits.astype("float64") / temperature, axis=-1)
    return -logs[np.arange(len(labels)), labels].mean()


@pytest.mark.parametrize("sharpness", [1.7, 3.0, 8.0])
def test_the_temperature_is_scipy_s(sharpness):
    logits, labels = examples(sharpness)
    found = minimize_scalar(
        nll, bounds=(1, 50), args=(logits, labels), options={"xatol": 1e-9}
    )
    calibrated = fit_temperature(model_of(), logits, labels)
    assert isinstance(calibrated.layers[-1], TemperatureScaling)
    temperature = calibrated.layers[-1].temperature
    assert temperature == pytest.approx(found.x, rel=1e-4)
    assert temperature == pytest.approx(sharpness, rel=0.2)


def test_one_hot_labels_and_logits():
    logits, labels = examples(3.0)
    expected = fit_temperature(model_of(), logits, labels).layers[-1].temperature
    found = fit_temperature(model_of(None), logits, np.eye(5)[labels], from_logits=True)
    assert found.layers[-1].temperature == pytest.approx(expected, rel=1e-5)


def test_predictions_stay_and_the_model_too():
    logits, labels = examples(3.0)
    model = model_of()
    before = to_numpy(model(logits))
    out = to_numpy(fit_temperature(model, logits, labels)(logits))
    np.testing.assert_array_equal(out.argmax(-1), logits.argmax(-1))
    np.testing.assert_array_equal(to_numpy(model(logits)), before)
    assert np.abs(out - before).max() > 0.1


def test_a_model_that_is_not_sure_enough_stays():
    logits, labels = examples(0.5)
    assert fit_temperature(model_of(), logits, labels).layers[-1].temperature == 1


def test_answers_that_say_nothing_are_refused():
    logits, labels = examples(3.0)
    with pytest.raises(ValueError, match="no finite temperature is best"):
        fit_temperature(model_of(), -logits, labels)


def test_certain_and_wrong_answers_leave_it_finite():
    outputs = np.eye(3)[[0, 1, 2, 2]].astype("float32")
    temperature = best_temperature(outputs, np.array([0, 1, 2, 0]))
    # 1 / (1 + 2 exp(-gap / t)) is 3 out of 4.
    expected = -np.log(1.1754944e-38) / np.log(6)
    assert temperature == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("n", "m"), [(10, 9), (0, 0)])
def test_examples_that_do_not_match_are_refused(n, m):
    logits, labels = examples(3.0)
    with pytest.raises(ValueError, match=f"same number.*{n} inputs and {m} labels"):
        fit_temperature(model_of(), logits[:n], labels[:m])
