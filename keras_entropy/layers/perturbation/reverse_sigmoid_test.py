import numpy as np
import pytest
import scipy.special

from keras_entropy import ReverseSigmoid
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    kwargs = {"magnitude": 0.5, "slope": 0.2, "keep_argmax": True}
    check_layer(ReverseSigmoid, kwargs, example_rows(5), tmp_path)


def test_agrees_with_the_published_formula():
    rows = np.random.default_rng(0).dirichlet(np.full(10, 0.3), 200).astype("float32")
    exact = rows / rows.sum(axis=-1, keepdims=True, dtype="float64")
    clipped = np.clip(exact, 1e-9, 1 - 1e-9)
    reverse = 0.8 * (scipy.special.expit(0.3 * scipy.special.logit(clipped)) - 0.5)
    expected = np.clip(rows - reverse, 0, 1)
    expected /= expected.sum(axis=-1, keepdims=True)
    out = to_numpy(ReverseSigmoid(0.8, 0.3)(rows))
    np.testing.assert_allclose(out, expected, atol=2e-6)


def test_the_argmax_moves_unless_it_is_kept():
    logits = np.random.default_rng(1).normal(scale=3, size=(500, 100))
    rows = scipy.special.softmax(logits, axis=-1).astype("float32")
    moved = to_numpy(ReverseSigmoid()(rows)).argmax(-1) != rows.argmax(-1)
    assert moved.mean() > 0.04
    kept = to_numpy(ReverseSigmoid(keep_argmax=True)(rows))
    np.testing.assert_array_equal(kept.argmax(-1), rows.argmax(-1))
    assert ReverseSigmoid(keep_argmax=True).claims.keeps_argmax
    assert not ReverseSigmoid().claims.keeps_argmax


def test_no_magnitude_is_the_identity():
    rows = example_rows(5)
    np.testing.assert_allclose(to_numpy(ReverseSigmoid(0.0)(rows)), rows, atol=1e-6)


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_a_value_out_of_range_is_refused(value):
    with pytest.raises(ValueError, match=f"`magnitude`.*magnitude={value}"):
        ReverseSigmoid(value)
    with pytest.raises(ValueError, match=f"`slope`.*slope={value}"):
        ReverseSigmoid(1.0, value)
