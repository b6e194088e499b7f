import numpy as np
import pytest
import scipy.stats
from keras import ops

from keras_entropy.layers.perturbation import membership_network

RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def weights():
    random = np.random.default_rng(1)
    return [random.normal(size=shape) for _, shape in membership_network.shapes(6)]


@pytest.fixture(scope="module")
def rows():
    drawn = np.random.default_rng(2).dirichlet(np.ones(6), 20)
    return -np.sort(-drawn, axis=-1)


def auc(higher, lower):
    larger = scipy.stats.mannwhitneyu(higher, lower).statistic
    return larger / (len(higher) * len(lower))


def differences(function, point, width=1e-6):
    """The gradient of a scalar function by central differences."""
    slope = np.empty_like(point)
    for index in np.ndindex(point.shape):
        above, below = point.copy(), point.copy()
        above[index] += width
        below[index] -= width
        slope[index] = (function(above) - function(below)) / (2 * width)
    return slope


def logit(weights, rows):
    """Written anew, in float64."""
    kernel_1, bias_1, kernel_2, bias_2, bias_3, kernel_3 = weights
    hidden = np.tanh(np.tanh(rows @ kernel_1 + bias_1) @ kernel_2 + bias_2)
    return (hidden @ kernel_3 + bias_3)[:, 0]


def test_the_gradient_by_hand_is_that_of_differences(weights, rows):
    single = [w.astype("float32") for w in weights]
    value, slope = membership_network.logit_and_gradient(
        ops.convert_to_tensor(rows, dtype="float32"), single
    )
    np.testing.assert_allclose(
        ops.convert_to_numpy(value)[:, 0], logit(weights, rows), atol=1e-4
    )
    expected = differences(lambda x: logit(weights, x).sum(), rows)
    np.testing.assert_allclose(ops.convert_to_numpy(slope), expected, atol=1e-3)


def test_the_slopes_of_training_are_those_of_differences(weights, rows):
    target = (np.arange(20) % 2.0)[:, None]
    small = [w / 3 for w in weights]
    slopes = membership_network._slopes(small, rows, target)

    def loss(changed, place):
        tried = [*small[:place], changed, *small[place + 1 :]]
        z = logit(tried, rows)[:, None]
        fit = np.mean(np.logaddexp(0, z) - target * z)
        kernels = [w for w in tried if w.ndim == 2]
        return fit + membership_network._DECAY / 2 * sum((w**2).sum() for w in kernels)

    for place, slope in enumerate(slopes):
        expected = differences(lambda w, i=place: loss(w, i), small[place])
        np.testing.assert_allclose(slope, expected, atol=1e-7)


def test_training_tells_members_from_others():
    # Sides of different sizes: both weigh the same.
    members = -np.sort(-RANDOM.dirichlet(np.full(6, 0.2), 500), axis=-1)
    others = -np.sort(-RANDOM.dirichlet(np.full(6, 1.0), 200), axis=-1)
    weights = membership_network.train(members[:400], others[:150])
    assert [w.dtype for w in weights] == [np.float32] * 6
    inside, outside = logit(weights, members[400:]), logit(weights, others[150:])
    assert auc(inside, outside) > 0.9
    assert inside.mean() > 0 > outside.mean()
    again = membership_network.train(members[:400], others[:150])
    for one, other in zip(weights, again, strict=True):
        np.testing.assert_array_equal(one, other)
