import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.leakage.epsilon import epsilon_lower_bound


def test_noise_certifies_nothing():
    # Chosen over five attacks and all thresholds; the bound may be positive in 5 %.
    rng = np.random.default_rng(0)
    member = np.arange(700) < 500
    positive = 0
    for seed in range(200):
        scores = dict(enumerate(rng.normal(size=(5, 700))))
        positive += epsilon_lower_bound(scores, member, seed=seed).value > 0
    assert stats.binom.sf(positive - 1, 200, 0.05) > 1e-3


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("flip", [1, -1])
def test_randomised_response_is_not_overestimated(epsilon, flip):
    # The answer is the truth with probability e^eps / (1 + e^eps): epsilon exactly.
    rng = np.random.default_rng(1)
    member = np.arange(2000) < 1000
    truthful = np.exp(epsilon) / (1 + np.exp(epsilon))
    found = []
    for seed in range(100):
        told = np.where(rng.random(2000) < truthful, member, ~member)
        scores = {"told": flip * told.astype(float)}
        found.append(epsilon_lower_bound(scores, member, seed=seed).value)
    assert stats.binom.sf((np.array(found) > epsilon).sum() - 1, 100, 0.05) > 1e-3
    if flip == 1:
        assert np.median(found) > 0.7 * epsilon
    else:
        assert np.max(found) == 0  # larger scores mean members; no other sign is tried


def test_a_perfect_attack_meets_its_ceiling():
    member = np.arange(2000) < 1000
    bound = epsilon_lower_bound({"perfect": member * 1.0}, member)
    low = stats.beta.ppf(0.025, 700, 1)
    high = stats.beta.ppf(0.975, 1, 700)
    assert bound.value == bound.ceiling == pytest.approx(np.log(low / high))


def test_rare_certain_non_members_are_found_from_the_other_side():
    rng = np.random.default_rng(2)
    member = np.arange(4000) < 2000
    scores = rng.normal(size=4000)
    scores[~member & (rng.random(4000) < 0.2)] = -9
    bound = epsilon_lower_bound({"a": scores}, member)
    assert not bound.of_members
    assert bound.value > 2


def test_the_best_attack_is_chosen():
    rng = np.random.default_rng(3)
    member = np.arange(1000) < 500
    scores = rng.normal(size=(4, 1000))
    scores[2] += 3 * member
    named = dict(zip("abcd", scores, strict=True))
    assert epsilon_lower_bound(named, member).attack == "c"


def test_delta_lowers_the_bound():
    member = np.arange(2000) < 1000
    plain, lowered = (
        epsilon_lower_bound({"a": member * 1.0}, member, delta=delta).value
        for delta in (0.0, 0.5)
    )
    assert lowered < plain


def test_invalid_input():
    with pytest.raises(ValueError, match="one number for each entry"):
        epsilon_lower_bound({"a": np.zeros(30)}, np.ones(31, bool))
    with pytest.raises(ValueError, match="at least 10 members"):
        epsilon_lower_bound({"a": np.zeros(30)}, np.arange(30) < 25)
