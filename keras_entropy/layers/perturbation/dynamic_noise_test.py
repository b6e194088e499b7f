import numpy as np
import pytest
import scipy.stats
from scipy.special import softmax

from keras_entropy import DynamicNoise
from keras_entropy.layers.contract_test import check_config
from keras_entropy.layers.contract_test import check_mask
from keras_entropy.layers.contract_test import check_nan
from keras_entropy.layers.contract_test import check_shapes_and_dtypes
from keras_entropy.layers.contract_test import check_training
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy

ROW = np.array([[0.7, 0.2, 0.1]], "float32")


def test_contract_but_for_randomness():
    kwargs = {"variance": 0.2, "scale": 1.0, "temperature": 3.0, "seed": 1}
    check_config(DynamicNoise, kwargs)

    def make(**extra):
        return DynamicNoise(**{**kwargs, **extra})

    rows = example_rows(5)
    check_shapes_and_dtypes(make, rows)
    check_nan(make, rows)
    check_mask(make, rows)
    check_training(make, 5)


def test_without_noise_it_is_a_temperature():
    logits = np.random.default_rng(0).normal(size=(20, 4))
    rows = softmax(logits, axis=-1).astype("float32")
    out = to_numpy(DynamicNoise(0.0, temperature=4.0)(rows))
    np.testing.assert_allclose(out, softmax(logits / 4, axis=-1), atol=1e-6)


@pytest.mark.parametrize("row", [ROW, np.full((1, 3), 1 / 3, "float32")])
def test_the_noise_has_the_variance_of_the_formula(row):
    layer = DynamicNoise(0.3, 2.0, 5.0, seed=0)
    answers = to_numpy(layer(np.repeat(row, 20_000, axis=0))).astype("float64")
    # A difference of two logits is free of the softmax's constant.
    found = 5 * np.log(answers[:, 0] / answers[:, 1])
    sureness = 1 - scipy.stats.entropy(row[0].astype("float64")) / np.log(3)
    sigma = np.sqrt(2 * 0.3 * (1 + 2 * sureness))
    center = np.log(row[0, 0] / row[0, 1])
    assert scipy.stats.kstest(found, "norm", args=(center, sigma)).pvalue > 1e-3
    assert found.var() == pytest.approx(sigma**2, rel=0.04)


def test_the_same_question_asked_often_gives_the_answer_back():
    answers = to_numpy(DynamicNoise(seed=0)(np.repeat(ROW, 40_000, axis=0)))
    back = softmax(10 * np.log(answers.astype("float64")).mean(axis=0))
    np.testing.assert_allclose(back, ROW[0], atol=0.01)


def test_draws_are_new_in_each_call_and_by_the_seed():
    layer = DynamicNoise(seed=3)
    first, second = to_numpy(layer(ROW)), to_numpy(layer(ROW))
    assert np.abs(first - second).max() > 1e-4
    np.testing.assert_array_equal(to_numpy(DynamicNoise(seed=3)(ROW)), first)
    assert not layer.claims.deterministic


def test_what_is_out_of_range_is_refused():
    for name in ("variance", "scale"):
        with pytest.raises(ValueError, match=f"`{name}` must.*{name}=-1"):
            DynamicNoise(**{name: -1})
    for temperature in (0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match=f"temperature={temperature}"):
            DynamicNoise(temperature=temperature)
