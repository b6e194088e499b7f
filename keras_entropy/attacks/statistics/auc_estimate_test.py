import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.statistics.auc_estimate import AucEstimate
from keras_entropy.attacks.statistics.roc import RocFamily


def of_folds(roc, **kwargs):
    terms = np.stack(roc.placement_variances())
    return AucEstimate.of_folds(roc.auc(), terms, roc.members, roc.nonmembers, **kwargs)


def one_group(scores, member):
    estimate = of_folds(RocFamily(scores, member))
    return estimate.value, *estimate.interval()


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
    estimate = of_folds(roc)
    pairs = roc.members * roc.nonmembers
    assert estimate.value == pytest.approx(np.average(roc.auc(), weights=pairs))
    wider = of_folds(roc, correlation=0.5)
    # Three equal variances that correlate by one half: twice the variance.
    assert wider.variance == pytest.approx(2 * estimate.variance, rel=0.02)


def test_equal_aucs_are_not_moved_by_rounding():
    # The shares of 6, 40 and 32 pairs add up to a little less than 1 in floats.
    sizes = [(2, 3), (5, 8), (8, 4)]
    groups = np.repeat(np.arange(3), [sum(size) for size in sizes])
    member = np.concatenate([np.arange(sum(size)) < size[0] for size in sizes])
    assert of_folds(RocFamily(np.zeros(30), member, groups, 3)).value == 0.5
    roc = RocFamily(np.r_[1.0, np.zeros(29)], member, groups, 3)
    assert of_folds(roc).value == pytest.approx(0.5 + 0.5 * 3 / 78)


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_variance_and_degrees_are_satterthwaites(correlation):
    rng = np.random.default_rng(9)
    # Folds of 12 and 7, of one member, non-member or both, and of members alone.
    sizes = [(12, 7), (1, 9), (5, 1), (1, 1), (4, 0)]
    groups = np.repeat(np.arange(5), [sum(size) for size in sizes])
    member = np.concatenate([np.arange(sum(size)) < size[0] for size in sizes])
    roc = RocFamily(rng.normal(size=member.size), member, groups, 5)
    estimate = of_folds(roc, correlation=correlation)
    pairs = np.array([n * m for n, m in sizes])
    own, together, deviation, lost = 0.0, 0.0, 0.0, 0.0
    for fold, size in enumerate(sizes[:4]):
        weight = pairs[fold] / pairs.sum()
        terms = [term[fold] for term in roc.placement_variances()]
        own += weight**2 * sum(terms)
        deviation += weight * np.sqrt(sum(terms))
        for term, count in zip(terms, size, strict=True):
            together += weight**2 * term
            lost += (weight**2 * term) ** 2 / max(count - 1, 1)
    variance = (1 - correlation) * own + correlation * deviation**2
    assert estimate.variance == pytest.approx(variance, rel=1e-12)
    assert estimate.degrees == pytest.approx(together**2 / lost, rel=1e-12)
    law = stats.t(estimate.degrees, 0.6, 0.1)
    found = AucEstimate(0.6, 0.1**2, estimate.degrees)
    assert found.interval(0.8) == pytest.approx(law.interval(0.8))
    assert found.interval() == found.interval(0.95)


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


@pytest.mark.parametrize(
    "sizes", [(2, 2), (3, 3), (4, 4), (3, 5), (2, 200), (3, 300), (5, 20), (10, 100)]
)
def test_coverage_of_few_examples(sizes):
    rng = np.random.default_rng(8)
    runs, count = 1000, sum(sizes)
    member, groups = np.tile(np.arange(count) < sizes[0], runs), np.arange(runs)
    roc = RocFamily(
        rng.normal(size=runs * count), member, np.repeat(groups, count), runs
    )
    auc, terms = roc.auc(), np.stack(roc.placement_variances())
    covered = 0
    for run in range(runs):
        own = slice(run, run + 1)
        estimate = AucEstimate.of_folds(
            auc[own], terms[:, own], roc.members[own], roc.nonmembers[own]
        )
        low, high = estimate.interval()
        covered += low <= 0.5 <= high
    assert stats.binom.cdf(covered, runs, 0.95) > 1e-3


def test_the_mean_of_two_is_as_sure_as_of_one_twice():
    one = AucEstimate(0.6, 0.01, 8.0)
    twice = one.mean_with(one)
    assert (twice.value, twice.variance) == (0.6, pytest.approx(one.variance))
    # Two variances were estimated, not one.
    assert twice.degrees == pytest.approx(2 * one.degrees)
    other = one.mean_with(AucEstimate(0.5, 0.04, 8.0))
    assert other.value == pytest.approx(0.55)
    assert np.sqrt(other.variance) == pytest.approx((0.1 + 0.2) / 2)
    assert 8 < other.degrees < 16
