import numpy as np
import pytest
from scipy import spatial
from scipy import stats

from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.leakage.divergence import jensen_shannon
from keras_entropy.attacks.leakage.divergence import rank_correlation

MEMBER = np.arange(3000)[None] < 1000


def test_close_to_the_distance_of_the_laws():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1, 3000)) + 1.5 * MEMBER
    found = jensen_shannon(values, MEMBER)
    grid = np.linspace(-8, 10, 4001)
    laws = stats.norm.pdf(grid, 1.5), stats.norm.pdf(grid)
    # Ten bins lose little of the two densities' distance.
    expected = spatial.distance.jensenshannon(*laws, base=2)
    assert found.value == pytest.approx(expected, abs=0.04)
    assert found.p == pytest.approx(1 / 200)
    assert found == jensen_shannon(values, MEMBER, seed=0)
    assert found != jensen_shannon(values, MEMBER, seed=1)


@pytest.mark.parametrize("levels", [None, 3])
def test_no_difference_is_zero_with_a_uniform_p(levels):
    rng = np.random.default_rng(1)
    member = MEMBER[:, 700:1300]
    squares, p_values = [], []
    for seed in range(150):
        values = rng.normal(size=(1, 600))
        if levels:
            values = np.round(values * levels / 3)
        found = jensen_shannon(values, member, seed=seed)
        squares.append(found.value**2)
        p_values.append(found.p)
    # Uncorrected, the distance would be 0.15 on average.
    assert np.sqrt(np.mean(squares)) < 0.06
    assert stats.binomtest(sum(np.array(p_values) <= 0.1), 150, 0.1).pvalue > 1e-3


def test_p_value_holds_in_a_game_whose_models_agree():
    # Both models of a pair give nearly the same values, so their two divergences are
    # nearly the same number: permutations must keep the pair together.
    rng = np.random.default_rng(2)
    hits = 0
    for seed in range(150):
        half = rng.permutation(np.arange(300) % 2 == 0)
        membership = np.stack([half, ~half])
        values = rng.normal(size=300) + 0.01 * rng.normal(size=(2, 300))
        hits += jensen_shannon(values, membership, seed=seed).p <= 0.1
    assert stats.binomtest(hits, 150, 0.1).pvalue > 1e-3


def test_game_finds_the_planted_leak():
    outputs, labels, membership = planted.planted_game(np.random.default_rng(3))
    loss = -np.log(outputs[:, np.arange(labels.size), labels])
    assert jensen_shannon(loss, membership).p == pytest.approx(1 / 200)


def test_constant_values_have_no_distance():
    found = jensen_shannon(np.ones((1, 3000)), MEMBER)
    assert found.row() == {"value": 0.0, "p": 1.0}


@pytest.mark.parametrize("members", [50, 1000, 10_000])
@pytest.mark.parametrize("law", ["continuous", "tied", "nearly constant", "constant"])
def test_low_covers_no_distance(members, law):
    levels = {"tied": 2, "nearly constant": 0.25, "constant": 0}
    runs = 400
    rng = np.random.default_rng(members)
    member = np.arange(2 * members)[None] < members
    covered = 0
    for seed in range(runs):
        values = rng.normal(size=(1, 2 * members))
        if law in levels:
            values = np.round(values * levels[law])
        covered += jensen_shannon(values, member, seed=seed).low == 0
    # 97.5 % are promised; a run of so many may fall short of that by chance.
    assert stats.binomtest(covered, runs, 0.975, alternative="less").pvalue > 1e-3


def test_excess_is_what_the_distance_is_the_root_of():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(1, 3000))
    found = jensen_shannon(values + 0.5 * MEMBER, MEMBER)
    assert found.value**2 == pytest.approx(found.excess)
    assert 0 < found.low < found.value
    chance = [jensen_shannon(rng.normal(size=(1, 3000)), MEMBER) for _ in range(100)]
    excess = np.array([divergence.excess for divergence in chance])
    assert 0.2 < (excess < 0).mean() < 0.8
    assert abs(excess.mean()) < 4 * excess.std() / 10


def test_bins_are_tenths_of_all_examples():
    # Every other tenth is of members alone.
    values = np.random.default_rng(6).permutation(2000)[None]
    member = values // 200 % 2 == 0
    found = jensen_shannon(np.exp(values / 500), member)
    assert found.excess == pytest.approx(1, abs=0.01)


def test_over_several_models_the_divergences_are_averaged():
    # Three of four models tell all.
    half = np.random.default_rng(8).permutation(2000) < 1000
    membership = np.stack([half, ~half, half, ~half])
    told = membership + np.random.default_rng(9).uniform(0, 0.5, (4, 2000))
    told[3] = 1
    found = jensen_shannon(told, membership)
    assert found.excess == pytest.approx(0.75, abs=0.01)


def test_low_is_above_0_where_chance_gives_as_much_in_a_fortieth_at_most():
    rng = np.random.default_rng(7)
    member = np.arange(400)[None] < 200
    p = []
    for shift in np.linspace(0.1, 0.4, 120):
        found = jensen_shannon(rng.normal(size=(1, 400)) + shift * member, member)
        assert (found.low > 0) == (found.p <= 0.025)
        p.append(round(200 * found.p))
    assert {5, 6} <= set(p)


def test_rank_correlation():
    x = np.arange(12.0)
    assert rank_correlation(x, x**3) == (pytest.approx(1), 1 / 2000)
    # As large in all permutations.
    assert rank_correlation(x[:4], [2, 1, 1, 2]) == (pytest.approx(0), 1)
    assert np.isnan(rank_correlation(x[:3], x[:3])[0])
    y = np.random.default_rng(4).normal(size=12)
    assert rank_correlation(x, y)[0] == pytest.approx(stats.spearmanr(x, y).statistic)
    for constant in ((x, np.ones(12)), (np.ones(12), x)):
        correlation, p = rank_correlation(*constant)
        assert np.isnan(correlation)
        assert p == 1
    assert rank_correlation([1, 2], [2, 1])[1] == 1
