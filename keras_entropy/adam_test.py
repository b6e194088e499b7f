import keras
import numpy as np
import pytest

from keras_entropy.adam import Adam


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_agrees_with_keras(dtype):
    if keras.backend.backend() == "jax" and dtype == "float64":
        pytest.skip("JAX has no float64 unless it is told to")
    rng = np.random.default_rng(0)
    start = [rng.normal(size=shape).astype(dtype) for shape in ((3, 2), (2,))]
    gradients = [
        [rng.normal(size=weight.shape).astype(dtype) for weight in start]
        for _ in range(20)
    ]
    ours = [weight.copy() for weight in start]
    adam = Adam(ours)
    theirs = [keras.Variable(weight, dtype=dtype) for weight in start]
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(theirs)
    for step in gradients:
        adam.step(step, 0.01)
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in step])
    for own, other in zip(ours, theirs, strict=True):
        assert own.dtype == dtype
        np.testing.assert_allclose(own, keras.ops.convert_to_numpy(other), rtol=1e-4)


def test_the_first_step_is_the_rate_in_each_direction():
    weights = [np.array([1.0, 1.0, 1.0])]
    Adam(weights, epsilon=1e-8).step([np.array([5.0, -0.01, 0.0])], 0.1)
    np.testing.assert_allclose(weights[0], [0.9, 1.1, 1.0], rtol=1e-5)


def test_each_weight_needs_a_gradient():
    with pytest.raises(ValueError, match="zip"):
        Adam([np.zeros(2), np.zeros(3)]).step([np.zeros(2)], 0.1)
