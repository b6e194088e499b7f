import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.statistics import intervals


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
    # Two are enough: one degree of freedom.
    half = stats.t.ppf(0.975, 1) * 0.5
    found = intervals.mean_interval([1.0, 2.0])
    assert found == pytest.approx((1.5, 1.5 - half, 1.5 + half))


def test_values_that_tell_nothing_of_their_mean_have_the_entire_line():
    mean, low, high = intervals.mean_interval(
        [[1.0, np.nan], [2.0, 0.0]], inflation=np.inf
    )
    np.testing.assert_array_equal(mean, [1.5, np.nan])
    np.testing.assert_array_equal(low, [-np.inf, np.nan])
    np.testing.assert_array_equal(high, [np.inf, np.nan])


def test_of_no_example_any_share_is_possible():
    np.testing.assert_array_equal(intervals.share_interval(0, 0), (0, 1))
    assert intervals.share_interval(3, 20) == intervals.share_interval(3, 20, 0.95)


@pytest.mark.parametrize("hits", [0, 1, 17, 19, 20])
def test_share_interval_is_clopper_pearson(hits):
    expected = stats.binomtest(hits, 20).proportion_ci(0.9, method="exact")
    found = intervals.share_interval(hits, 20, 0.9)
    np.testing.assert_allclose(found, (expected.low, expected.high))


@pytest.mark.parametrize("share", [0.001, 0.01, 0.3])
def test_binomial_quantile_is_scipys(share):
    trials = np.array([1, 7, 150, 763, 10_000])
    for probability in (0.0125, 0.5, 0.9875):
        found = intervals.binomial_quantile(probability, trials, share)
        expected = stats.binom.ppf(probability, trials, share)
        np.testing.assert_array_equal(found, expected)


def test_a_count_that_just_reaches_the_probability_is_its_quantile():
    # None of one and none of two coins: one half and one quarter.
    assert intervals.binomial_quantile(0.5, np.array(1), 0.5) == 0
    assert intervals.binomial_quantile(0.25, np.array(2), 0.5) == 0
