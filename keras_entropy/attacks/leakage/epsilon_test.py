import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.leakage.epsilon import _spread
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
    assert np.median(found) > 0.7 * epsilon  # whichever direction means members


def test_a_perfect_attack_meets_its_ceiling():
    member = np.arange(2000) < 1000
    bound = epsilon_lower_bound({"perfect": member * 1.0}, member)
    low = stats.beta.ppf(0.025, 700, 1)
    high = stats.beta.ppf(0.975, 1, 700)
    assert bound.value == bound.ceiling == pytest.approx(np.log(low / high))


@pytest.mark.parametrize("sizes", [(1000, 400), (400, 1000)])
def test_the_ceiling_knows_both_sides(sizes):
    # Seven tenths of each side certify.
    member = np.arange(1400) < sizes[0]
    bound = epsilon_lower_bound({"perfect": member * 1.0}, member)
    low, high = {
        (True, False): (0.7 * sizes[0], 0.7 * sizes[1]),
        (False, True): (0.7 * sizes[1], 0.7 * sizes[0]),
    }[bound.of_members, not bound.of_members]
    expected = stats.beta.ppf(0.025, low, 1) / stats.beta.ppf(0.975, 1, high)
    assert bound.value == bound.ceiling == pytest.approx(np.log(expected))


@pytest.mark.parametrize("flip", [1, -1])
def test_the_threshold_is_the_score_of_the_members(flip):
    member = np.arange(40) < 20
    scores = flip * np.where(member, 4.0, 1.5)
    bound = epsilon_lower_bound({"a": scores}, member)
    assert bound.threshold == flip * 4.0
    # Of two sides that show as much, the members are looked for.
    assert bound.of_members


def test_the_split_is_that_of_its_seed():
    rng = np.random.default_rng(5)
    member = np.arange(400) < 200
    scores = {"a": rng.normal(size=400) + 2 * member}
    default, zero, one = (
        epsilon_lower_bound(scores, member, **options)
        for options in ({}, {"seed": 0}, {"seed": 1})
    )
    assert default == zero != one


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
    low, high = stats.beta.ppf(0.025, 700, 1), stats.beta.ppf(0.975, 1, 700)
    for delta in (0.0, 0.5):
        bound = epsilon_lower_bound({"a": member * 1.0}, member, delta=delta)
        assert bound.value == pytest.approx(np.log((low - delta) / high))


def test_members_that_score_low_are_found():
    rng = np.random.default_rng(4)
    member = np.arange(2000) < 1000
    scores = rng.normal(size=2000) - 3 * member
    bound = epsilon_lower_bound({"a": scores}, member)
    assert bound.reversed
    assert bound.value > 2
    mirrored = epsilon_lower_bound({"a": -scores}, member)
    assert not mirrored.reversed
    assert mirrored.value == bound.value
    assert mirrored.threshold == -bound.threshold


@pytest.mark.parametrize("confidence", [95, 1, 0, -1, float("nan")])
def test_a_confidence_out_of_range_is_refused(confidence):
    member = np.arange(40) < 20
    with pytest.raises(ValueError, match=f"`confidence` must be.*={confidence}"):
        epsilon_lower_bound({"a": member * 1.0}, member, confidence=confidence)


@pytest.mark.parametrize("delta", [-1, 1, float("nan")])
def test_a_delta_out_of_range_is_refused(delta):
    member = np.arange(40) < 20
    with pytest.raises(ValueError, match=f"`delta` must be.*={delta}"):
        epsilon_lower_bound({"a": member * 1.0}, member, delta=delta)


def test_scores_that_are_no_numbers_certify_nothing():
    member = np.arange(40) < 20
    scores = np.where(member, 1.0, 0.0)
    scores[[3, 30]] = np.nan
    with pytest.raises(ValueError, match="2 of 40 scores of 'a' are NaN"):
        epsilon_lower_bound({"a": scores}, member)


def test_invalid_input():
    with pytest.raises(ValueError, match="one number for each entry"):
        epsilon_lower_bound({"a": np.zeros(30)}, np.ones(31, bool))
    for members in (9, 21):
        told = f"at least 10 members.*: {members} members, {30 - members} non-members"
        with pytest.raises(ValueError, match=told):
            epsilon_lower_bound({"a": np.zeros(30)}, np.arange(30) < members)
    for members in (10, 20):
        found = epsilon_lower_bound({"a": np.zeros(30)}, np.arange(30) < members)
        assert found.value == 0
        sides = [round(0.7 * members), round(0.7 * (30 - members))]
        hits, false = sides if found.of_members else sides[::-1]
        ratio = stats.beta.ppf(0.025, hits, 1) / stats.beta.ppf(0.975, 1, false)
        assert found.ceiling == pytest.approx(max(0, np.log(ratio)))


def test_all_vertices_of_few_examples_are_candidates():
    counts = np.array([0, 2, 2, 3, 7, 7, 9])
    last = [np.flatnonzero(counts <= count).max() for count in range(10)]
    assert set(_spread(counts)) == set(last) == {0, 2, 3, 5, 6}
    assert set(_spread(np.array([0, 1]))) == {0, 1}
    # Below the first vertex there is none.
    assert set(_spread(counts[1:])) == {1, 2, 4, 5}
    # Of many, those near either end.
    many = _spread(np.arange(10_001))
    assert {0, 1, 2, 9998, 9999, 10_000} <= set(many)
    assert len(many) <= 128
