import numpy as np
import pytest
import scipy.special

from keras_entropy import TaylorSoftmax
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


@pytest.mark.parametrize("from_logits", [False, True])
def test_contract(from_logits, tmp_path):
    rows = example_rows(5, "logits" if from_logits else "probabilities")
    kwargs = {"temperature": 3.0, "normalization": "clip"}
    if from_logits:
        kwargs["from_logits"] = True
    check_layer(TaylorSoftmax, kwargs, rows, tmp_path)


def formula(x, temperature):
    """Row by row, as the definition reads."""
    classes = x.shape[-1]
    return np.array(
        [[1 / classes + (v - r.mean()) / (classes * temperature) for v in r] for r in x]
    )


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("temperature", [1.0, 20.0, 1e4])
def test_equals_the_formula(temperature, from_logits):
    x = np.random.default_rng(0).dirichlet(np.ones(10), 30).astype("float32")
    if from_logits:
        x = 30 * x
    layer = TaylorSoftmax(temperature, from_logits=from_logits)
    expected = scipy.special.softmax(formula(x.astype("float64"), temperature), axis=-1)
    np.testing.assert_allclose(to_numpy(layer(x)), expected, atol=1e-6)


def test_hand_computed_row_with_clip():
    # Mean 1/3: 1/3 + (0.7, -1/3 + 0.2, -1/3 + 0.1 ...) / 3 stays positive.
    row = np.array([[1.0, 0.0, 0.0]], "float32")
    layer = TaylorSoftmax(1.0, normalization="clip")
    np.testing.assert_allclose(to_numpy(layer(row)), [[5 / 9, 2 / 9, 2 / 9]], atol=1e-6)


def test_is_softmax_to_first_order_around_zero():
    logits = np.random.default_rng(0).normal(scale=1e-3, size=(20, 8)).astype("float32")
    layer = TaylorSoftmax(1.0, from_logits=True, normalization="clip")
    expected = scipy.special.softmax(logits.astype("float64"), axis=-1)
    np.testing.assert_allclose(to_numpy(layer(logits)), expected, atol=1e-6)


@pytest.mark.parametrize("normalization", ["softmax", "clip"])
def test_invert_gives_the_input_back(normalization):
    rows = np.random.default_rng(1).dirichlet(np.ones(6), 20).astype("float32")
    layer = TaylorSoftmax(2.0, normalization=normalization)
    inverse = layer.invert(to_numpy(layer(rows)))
    assert inverse.dtype == "float64"
    np.testing.assert_allclose(inverse, rows, atol=1e-5)


def test_logits_make_another_contract():
    assert TaylorSoftmax().expects == "probabilities"
    assert TaylorSoftmax().claims.raises_entropy
    assert TaylorSoftmax(from_logits=True).expects == "logits"
    assert not TaylorSoftmax(from_logits=True).claims.raises_entropy


@pytest.mark.parametrize("temperature", [0.5, -1, float("nan"), float("inf")])
def test_a_temperature_out_of_range_is_refused(temperature):
    with pytest.raises(ValueError, match=f"at least 1.*temperature={temperature}"):
        TaylorSoftmax(temperature)


def test_an_unknown_normalization_is_refused():
    with pytest.raises(ValueError, match="normalization='none'"):
        TaylorSoftmax(normalization="none")
