import numpy as np
import pytest
import scipy.special

from keras_entropy import TemperatureScaling
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(TemperatureScaling, {"temperature": 3.0}, example_rows(5), tmp_path)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (1.0, [0.8, 0.1, 0.1]),
        # sqrt(0.8) : sqrt(0.1) : sqrt(0.1)
        (2.0, [0.585786, 0.207107, 0.207107]),
        # Cube roots 0.928318, 0.464159, 0.464159, which sum to 1.856636.
        (3.0, [0.5, 0.25, 0.25]),
    ],
)
def test_hand_computed_rows(temperature, expected):
    row = np.array([[0.8, 0.1, 0.1]], "float32")
    out = to_numpy(TemperatureScaling(temperature)(row))
    np.testing.assert_allclose(out, [expected], atol=1e-6)


def test_is_the_softmax_of_the_tempered_logits():
    logits = np.random.default_rng(0).normal(scale=8, size=(50, 10))
    rows = scipy.special.softmax(logits, axis=-1).astype("float32")
    expected = scipy.special.softmax(logits / 4, axis=-1)
    out = to_numpy(TemperatureScaling(4.0)(rows))
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_a_floor_above_the_tail_would_show():
    # Clipping at 1e-7 would give 0.834.
    rows = scipy.special.softmax(np.array([[40.0, 0.0]]), axis=-1).astype("float32")
    out = to_numpy(TemperatureScaling(10.0)(rows))
    np.testing.assert_allclose(out[0, 0], scipy.special.expit(4.0), atol=1e-6)


def test_invert_gives_the_input_back():
    rows = np.random.default_rng(1).dirichlet(np.ones(6), 20).astype("float32")
    layer = TemperatureScaling(5.0)
    inverse = layer.invert(to_numpy(layer(rows)))
    assert inverse.dtype == "float64"
    np.testing.assert_allclose(inverse, rows, atol=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 0, -1, float("nan"), float("inf")])
def test_a_temperature_out_of_range_is_refused(temperature):
    with pytest.raises(ValueError, match=f"at least 1.*temperature={temperature}"):
        TemperatureScaling(temperature)
