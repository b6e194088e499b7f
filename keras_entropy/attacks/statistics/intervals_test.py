import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.roc import RocFamily


def one_group(scores, member, **kwargs):
    roc = RocFamily(scores, member)
    return intervals.auc_interval(
        roc.auc(),
        np.stack(roc.placement_variances()),
        roc.members,
        roc.nonmembers,
        **kwargs,
    )


def test_mean_interval_is_students():
    values = np.random.default_rng(0).normal(size=(8, 3))
    mean, low, high = intervals.mean_interval(values, 0.9)
    wide = intervals.mean_interval(values, 0.9, inflation=4)
    np.testing.assert_allclose(wide[2] - wide[1], 2 * (high - low))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    np.testing.assert_allclose(mean, values.mean(0))
    np.testing.assert_allclose((low, high), (expected.low, expected.high))


def test_mean_interval_of_equal_values_is_the_value():
    mean, low, high = intervals.mean_interval(np.full(7, 0.1))
    assert mean == low == high == 0.1
    with pytest.raises(ValueError, match="at least two"):
        intervals.mean_interval([0.5])


@pytest.mark.parametrize("hits", [0, 1, 17, 20])
def test_share_interval_is_clopper_pearson(hits):
    expected = stats.binomtest(hits, 20).proportion_ci(0.9, method="exact")
    found = intervals.share_interval(hits, 20, 0.9)
    np.testing.assert_allclose(found, (expected.low, expected.high))


def test_auc_interval_is_close_to_that_of_brunner_and_munzel():
    rng = np.random.default_rng(4)
    inside, outside = rng.normal(0.3, 1, 250), rng.normal(0, 2, 400)
    _, low, high = one_group(np.r_[inside, outside], np.arange(650) < 250)
    # Their statistic at the two ends of their own interval is -+ the t quantile.
    test = stats.brunnermunzel(outside, inside)
    auc = RocFamily(np.r_[inside, outside], np.arange(650) < 250).auc()[0]
    half = 1.97 * (auc - 0.5) / test.statistic
    assert (high - low) / 2 == pytest.approx(half, rel=0.02)


def test_folds_are_averaged_by_their_pairs():
    rng = np.random.default_rng(6)
    scores, member = rng.normal(size=300), rng.random(300) < 0.4
    groups = rng.integers(0, 3, 300)
    roc = RocFamily(scores, member, groups, 3)
    terms = roc.placement_variances()
    sides = roc.members, roc.nonmembers
    auc, low, high = intervals.auc_interval(roc.auc(), terms, *sides)
    assert auc == pytest.approx(np.average(roc.auc(), weights=sides[0] * sides[1]))
    wider = intervals.auc_interval(roc.auc(), terms, *sides, correlation=0.5)
    # Three equal variances that correlate by one half: twice the variance.
    assert wider[2] - wider[1] == pytest.approx(np.sqrt(2) * (high - low), rel=0.02)


def test_perfect_separation_and_constant_scores_are_not_certain():
    member = np.arange(300) < 100
    auc, low, high = one_group(member * 1.0, member)
    assert (auc, high) == (1.0, 1.0)
    assert 0.97 < low < 0.995
    assert one_group(-1.0 * member, member) == (0.0, 0.0, pytest.approx(1 - low))
    auc, low, high = one_group(np.zeros(300), member)
    assert auc == 0.5
    assert 0.47 < low < 0.5 < high < 0.53


def test_one_example_on_a_side_tells_next_to_nothing():
    auc, low, high = one_group(np.arange(9.0), np.arange(9) == 4)
    assert auc == 0.5
    assert low < 0.15
    assert high > 0.85


@pytest.mark.parametrize("rate", [0.01, 0.2])
@pytest.mark.parametrize("sizes", [(600, 100), (100, 600), (60, 60)])
def test_coverage_of_rare_events(sizes, rate):
    # A label-only attack on an accurate model: few errors, or none.
    rng = np.random.default_rng(7)
    member, runs, covered = np.arange(sum(sizes)) < sizes[0], 400, 0
    for _ in range(runs):
        _, low, high = one_group((rng.random(member.size) > rate) * 1.0, member)
        covered += low <= 0.5 <= high
    assert stats.binom.cdf(covered, runs, 0.95) > 1e-3


@pytest.mark.parametrize("ties", [False, True])
def test_coverage_on_noise(ties):
    rng = np.random.default_rng(5)
    member, runs, covered = np.arange(420) < 360, 400, 0
    for _ in range(runs):
        scores = rng.normal(size=420)
        if ties:
            scores = np.where(rng.random(420) < 0.8, 9.0, scores)
        _, low, high = one_group(scores, member)
        covered += low <= 0.5 <= high
    assert stats.binom.cdf(covered, runs, 0.95) > 1e-3


@pytest.mark.parametrize("share", [0.001, 0.01, 0.3])
def test_binomial_quantile_is_scipys(share):
    trials = np.array([1, 7, 150, 763, 10_000])
    for probability in (0.0125, 0.5, 0.9875):
        found = intervals.binomial_quantile(probability, trials, share)
        expected = stats.binom.ppf(probability, trials, share)
        np.testing.assert_array_equal(found, expected)
