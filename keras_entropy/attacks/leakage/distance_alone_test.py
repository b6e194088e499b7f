import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import auc

from keras_entropy.attacks.leakage.distance_alone import auc_by_distance


def best_auc(inside, outside):
    """AUC of the attacker who knows both laws, over discrete values."""
    order = np.argsort(-inside / np.maximum(outside, 1e-300))
    tpr, fpr = (np.r_[0, side[order].cumsum()] for side in (inside, outside))
    return auc(fpr, tpr)


@pytest.mark.parametrize("seed", range(40))
def test_the_best_attacker_is_within(seed):
    rng = np.random.default_rng(seed)
    concentration = 10 ** rng.uniform(-1, 2)
    inside, outside = rng.dirichlet([concentration] * rng.integers(2, 12), size=2)
    found = auc_by_distance(jensenshannon(inside, outside, base=2))
    assert found.low - 1e-9 <= best_auc(inside, outside) <= found.high + 1e-9


@pytest.mark.parametrize("error", [0.05, 0.3, 0.45])
def test_the_ends_are_reached(error):
    # A signal that is wrong equally often wherever it is: least error per bit.
    inside = np.array([1 - error, error])
    found = auc_by_distance(jensenshannon(inside, inside[::-1], base=2))
    variation = 1 - 2 * error
    assert found.high == pytest.approx(1 - (1 - variation) ** 2 / 2)
    # And one that gives members away or says nothing: its bits are its variation.
    told = np.array([1 - error, error, 0]), np.array([0, error, 1 - error])
    bits = jensenshannon(*told, base=2) ** 2
    assert auc_by_distance(bits**0.5).low == pytest.approx(0.5 + (1 - error) / 2)


@pytest.mark.parametrize("shift", [0.1, 0.5, 1.0, 3.0])
def test_of_normal_laws_the_auc_is_theirs(shift):
    x = np.linspace(-9, 12, 20_001)
    sides = stats.norm.pdf(x, shift), stats.norm.pdf(x)
    found = auc_by_distance(jensenshannon(*sides, base=2))
    assert found.normal == pytest.approx(stats.norm.cdf(shift / 2**0.5), abs=1e-4)


def test_the_ends_of_distance():
    none, all_of_it = auc_by_distance(0.0), auc_by_distance(1.0)
    assert (none.low, none.normal, none.high) == (0.5, 0.5, pytest.approx(0.5))
    assert (all_of_it.low, all_of_it.normal, all_of_it.high) == (1, 1, 1)


@pytest.mark.parametrize("distance", [-0.1, 1.1, float("nan")])
def test_what_is_no_distance_is_refused(distance):
    with pytest.raises(ValueError, match=r"must be in 0\.\.1"):
        auc_by_distance(distance)
