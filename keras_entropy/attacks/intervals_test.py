import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks import intervals
from keras_entropy.attacks.roc import RocFamily


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


def test_auc_interval_is_that_of_brunner_and_munzel():
    rng = np.random.default_rng(4)
    inside, outside = rng.normal(0.3, 1, 25), rng.normal(0, 2, 40)
    auc, low, high = one_group(np.r_[inside, outside], np.arange(65) < 25)
    # At the confidence 1 - p the interval must end exactly at 0.5.
    p = stats.brunnermunzel(outside, inside).pvalue
    ends = one_group(np.r_[inside, outside], np.arange(65) < 25, confidence=1 - p)[1:]
    assert min(abs(end - 0.5) for end in ends) < 1e-12
    assert low < auc < high


@pytest.mark.parametrize("scores", [np.zeros(30), np.ones(30)])
def test_constant_scores_have_no_spread(scores):
    assert one_group(scores, np.arange(30) < 10) == (0.5, 0.5, 0.5)


def test_perfect_separation_is_not_certainty():
    member = np.arange(30) < 10
    auc, low, high = one_group(member * 1.0, member)
    assert (auc, high) == (1.0, 1.0)
    # Ten independent comparisons, all won: Clopper and Pearson's bound.
    assert low == pytest.approx(intervals.share_interval(10, 10)[0])
    assert one_group(-1.0 * member, member) == (0.0, 0.0, pytest.approx(1 - low))


def test_a_single_example_on_a_side_tells_nothing():
    assert one_group(np.arange(9.0), np.arange(9) == 4)[1:] == (0.0, 1.0)


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
