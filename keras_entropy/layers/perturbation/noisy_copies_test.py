import keras
import numpy as np
import pytest
import scipy.stats
from scipy.special import softmax

from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.perturbation.noisy_copies import MeanOfCopies
from keras_entropy.layers.perturbation.noisy_copies import NoisyCopies

X = np.random.default_rng(0).normal(size=(6, 4, 3)).astype("float32")


def test_copies_lie_side_by_side_with_the_same_noise():
    layer = NoisyCopies(5, 0.3, seed=1)
    copies = to_numpy(layer(X)).reshape(6, 5, 4, 3)
    noise = copies - X[:, None]
    np.testing.assert_allclose(noise - noise[:1], 0, atol=1e-6)
    np.testing.assert_allclose(noise[0], to_numpy(layer.noise), atol=1e-6)
    assert not layer.trainable_weights


def test_the_noise_is_normal_and_by_the_seed():
    def drawn(seed):
        layer = NoisyCopies(100, 0.3, seed=seed)
        layer.build((None, 200))
        return to_numpy(layer.noise)

    found = drawn(3).ravel()
    assert scipy.stats.kstest(found, "norm", args=(0, 0.3)).pvalue > 1e-3
    np.testing.assert_array_equal(drawn(3), drawn(3))
    assert not np.array_equal(drawn(3), drawn(4))


@pytest.mark.parametrize("between", [(), (2,)])
def test_the_mean_is_of_logits(between):
    logits = np.random.default_rng(0).normal(size=(6, 5, *between, 3))
    rows = softmax(logits, axis=-1).reshape(30, *between, 3).astype("float32")
    expected = softmax(logits.mean(axis=1), axis=-1)
    np.testing.assert_allclose(to_numpy(MeanOfCopies(5)(rows)), expected, atol=1e-6)


def test_shapes_are_known_before_a_call():
    copies, mean = NoisyCopies(5, 0.3), MeanOfCopies(5)
    assert copies(keras.KerasTensor((None, 4, 3))).shape == (None, 4, 3)
    assert copies.compute_output_shape((2, 4, 3)) == (10, 4, 3)
    assert mean(keras.KerasTensor((None, 3))).shape == (None, 3)
    assert mean.compute_output_shape((10, 3)) == (2, 3)


def test_inputs_of_several_shapes_are_refused():
    with pytest.raises(ValueError, match=r"inputs of one shape.*\(None, None, 3\)"):
        NoisyCopies(5, 0.3)(keras.KerasTensor((None, None, 3)))
