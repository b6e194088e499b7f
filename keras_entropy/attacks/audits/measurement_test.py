import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.audits.measurement import MIN_FALSE_POSITIVES
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.measurement import curve_grid
from keras_entropy.attacks.audits.measurement import slice_grid
from keras_entropy.attacks.audits.slices import Partition
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics.roc import descending
from keras_entropy.attacks.statistics.roc import null_advantage


def measured(values, member, codes=None, **options):
    """Measures scores `(R, N)`, on slices by their codes."""
    codes = np.zeros(values.shape, int) if codes is None else codes
    names = tuple(str(number) for number in range(codes.max() + 1))
    scores = Scores(values, **options)
    order = descending(values.reshape(-1))
    return Measurement(scores, member, Partition(names, codes), order)


def game(targets=3, count=90, seed=0):
    rng = np.random.default_rng(seed)
    member = rng.random((targets, count)) < 0.4
    return rng.normal(size=member.shape) + member, member, rng


def test_targets_slices_and_folds_are_measured_apart():
    values, member, rng = game()
    codes = rng.integers(0, 2, member.shape)
    folds = rng.integers(0, 4, member.shape)
    found = measured(values, member, codes, folds=folds)
    for target in range(3):
        for number in range(2):
            own = codes[target] == number
            assert found.members[target, number] == (own & member[target]).sum()
            assert found.nonmembers[target, number] == (own & ~member[target]).sum()
            aucs, gaps, nulls, pairs = [], [], [], []
            for fold in range(4):
                rows = own & (folds[target] == fold)
                one = values[target, rows & member[target]]
                other = values[target, rows & ~member[target]]
                statistic = stats.mannwhitneyu(one, other).statistic
                pairs.append(one.size * other.size)
                aucs.append(statistic / pairs[-1])
                gaps.append(stats.ks_2samp(one, other).statistic)
                nulls.append(float(null_advantage(one.size, other.size)))
            for measure, each in (
                (found.auc, aucs),
                (found.advantage, gaps),
                (found.advantage_null, nulls),
            ):
                mean = np.average(each, weights=pairs)
                assert measure[target, number] == pytest.approx(mean)


def test_a_fold_of_one_member_has_a_curve():
    values = np.array([[3.0, 2, 1, 5, 4]])
    member = np.array([[1, 0, 0, 1, 0]], bool)
    folds = np.array([[0, 0, 0, 1, 1]])
    grid = np.array([0.0, 0.4, 1.0])
    # Both members are above the non-members of their folds.
    np.testing.assert_array_equal(
        measured(values, member, folds=folds).curves(grid), [[[1, 1, 1]]]
    )
    swapped = measured(-values, member, folds=folds).curves(grid)
    np.testing.assert_array_equal(swapped, [[[0, 0, 1]]])
    # Below in the fold of two alone, which counts as the other does.
    mixed = measured(values * [[1, 1, 1, -1, -1]], member, folds=folds).curves(grid)
    np.testing.assert_array_equal(mixed, [[[0.5, 0.5, 1]]])


def test_natural_thresholds_are_at_zero():
    values, member, _ = game()
    values[:, :5] = 0.0  # not above zero
    found = measured(values, member, natural=True)
    for target, own in enumerate(member):
        above = values[target] > 0
        gap = above[own].mean() - above[~own].mean()
        assert found.advantage[target, 0] == pytest.approx(gap)
    np.testing.assert_array_equal(found.advantage_null, 0)


def test_what_is_excluded_does_not_count():
    values, member, rng = game()
    excluded = rng.random(member.shape) < 0.3
    found = measured(values, member, excluded=excluded)
    for target, own in enumerate(member):
        kept = ~excluded[target]
        assert found.members[target, 0] == (own & kept).sum()
        statistic = stats.mannwhitneyu(
            values[target, own & kept], values[target, ~own & kept]
        ).statistic
        pairs = (own & kept).sum() * (~own & kept).sum()
        assert found.auc[target, 0] == pytest.approx(statistic / pairs)


def test_slice_without_a_side_has_no_auc_and_no_rates():
    values = np.arange(60.0)[None]
    member = np.arange(60)[None] < 20
    found = measured(values, member, (np.arange(60)[None] < 10).astype(int))
    assert np.isnan(found.auc[0]).tolist() == [False, True]
    assert np.isnan(found.advantage[0]).tolist() == [False, True]
    lone = measured(
        values, member, (np.arange(60)[None] < 10).astype(int), natural=True
    )
    assert np.isnan(lone.advantage_null[0]).tolist() == [False, True]
    tpr, _ = found.rates(0.5)
    assert np.isnan(tpr[0]).tolist() == [False, True]
    # Without members there is no share of them.
    nobody = measured(values, member & False)
    assert np.isnan(nobody.rates(0.5)[0]).all()
    assert nobody.operating_point(0, 0.5, 0.95) is None


@pytest.mark.parametrize(("nonmembers", "given"), [(99, False), (100, True)])
def test_rates_need_ten_false_positives(nonmembers, given):
    assert MIN_FALSE_POSITIVES == 10
    values = np.arange(nonmembers + 50.0)[None]
    found = measured(values, np.arange(values.size)[None] < 50)
    assert np.isfinite(found.rates(0.1)[0]).all() == given
    assert (found.operating_point(0, 0.1, 0.95) is not None) == given


def test_rates_count_false_positives_over_all_targets_and_folds():
    # Ten targets of 20 non-members each expect ten at 5 %.
    values, member, _ = game(10, 40)
    member = np.tile(np.arange(40) < 20, (10, 1))
    assert np.isfinite(measured(values, member).rates(0.05)[0]).all()
    assert np.isnan(measured(values[:9], member[:9]).rates(0.05)[0]).all()
    # In folds of 4 the threshold would lie above all non-members of a fold.
    folds = np.tile(np.arange(40) % 5, (10, 1))
    assert np.isnan(measured(values, member, folds=folds).rates(0.05)[0]).all()
    assert np.isnan(measured(values, member, folds=folds).rates(0.19)[0]).all()
    assert np.isfinite(measured(values, member, folds=folds).rates(0.2)[0]).all()


def test_rates_are_joined_over_folds():
    values, member, rng = game(1, 900)
    folds = rng.integers(0, 3, member.shape)
    tpr, realised = measured(values, member, folds=folds).rates(0.2)
    hits = expected = 0.0
    for fold in range(3):
        rows = folds == fold
        tp, fpr = (
            float(found[0])
            for found in _roc(values[rows], member[rows]).operating_point(0.2)
        )
        hits += tp
        expected += fpr * (rows & ~member).sum()
    assert tpr[0, 0] == pytest.approx(hits / member.sum())
    assert realised[0, 0] == pytest.approx(expected / (~member).sum())


def test_the_bend_is_joined_over_folds():
    values, member, rng = game(2, 900)
    folds = rng.integers(0, 3, member.shape)
    found = measured(values, member, folds=folds).bend(0.2)
    for target, own in enumerate(folds):
        total = sum(
            float(_roc(values[target, rows], member[target, rows]).bend(0.2)[0])
            for rows in (own == fold for fold in range(3))
        )
        assert abs(total) > 0
        assert found[target, 0] == pytest.approx(total / member[target].sum())


def _roc(values, member):
    from keras_entropy.attacks.statistics.roc import RocFamily

    return RocFamily(values, member)


def test_no_false_positive_is_no_certainty():
    # Ties leave no threshold below 11 false positives but the one above them all.
    members, nonmembers = 50, 100
    values = np.r_[np.ones(members), np.zeros(nonmembers)][None]
    for targets in (1, 3):
        scores = np.tile(values, (targets, 1))
        tpr, realised = measured(scores, scores > 0.5).rates(0.1)
        assert (tpr == 1).all()
        np.testing.assert_allclose(realised, 1 / (targets * nonmembers + 1))


def test_operating_point_lies_between_exact_ends():
    # Members and non-members alternate: what both ends hold can be counted.
    values = -np.arange(2000.0)[None]
    member = np.arange(2000)[None] % 2 == 0
    point = measured(values, member).operating_point(0, 0.1, 0.95)
    few, many = stats.binom.ppf([0.0125, 0.9875], 1000, 0.1)
    # The k-th non-member is preceded by k + 1 members.
    low = stats.binomtest(int(few), 1000).proportion_ci(0.975).low
    high = stats.binomtest(int(many) + 1, 1000).proportion_ci(0.975).high
    assert (point.low, point.high) == (pytest.approx(low), pytest.approx(high))
    assert point.tpr == pytest.approx(0.1001)
    assert point.realised_fpr == pytest.approx(0.1)


def test_curves_average_the_folds_that_have_both_sides():
    values, member, rng = game(1, 300)
    folds = rng.integers(0, 3, member.shape)
    member[folds == 2] = True  # no non-member
    grid = np.linspace(0, 1, 11)
    found = measured(values, member, folds=folds).curves(grid)[0, 0]
    curves, weights = [], []
    for fold in range(2):
        rows = folds == fold
        curves.append(_roc(values[rows], member[rows]).tpr_on(grid)[0])
        weights.append(member[rows].sum())
    np.testing.assert_allclose(found, np.average(curves, axis=0, weights=weights))
    everyone = measured(values, member | True).curves(grid)
    assert np.isnan(everyone).all()


def test_grids_begin_at_one_example_and_reach_both_ends():
    grid = curve_grid(2000)
    assert (grid[0], grid[-1]) == (0, 1)
    assert grid[1] == pytest.approx(1 / 2000)
    assert grid.size <= 100
    assert (np.diff(grid) > 0).all()
    # 40 places up to 0.1, at equal ratios; from there steps of 0.02.
    np.testing.assert_allclose(grid[1:40], 200 ** (np.arange(39) / 39) / 2000)
    np.testing.assert_allclose(grid[-45:], np.arange(6, 51) / 50)
    few = slice_grid()
    assert (few[0], few[-1], few.size) == (0, 1, 25)
    assert few[1:6].tolist() == [0.01, 0.02, 0.03, 0.05, 0.07]
    np.testing.assert_allclose(few[6:], np.arange(2, 21) * 0.05)
