import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn import metrics

from keras_entropy.attacks.statistics.roc import RocFamily
from keras_entropy.attacks.statistics.roc import descending
from keras_entropy.attacks.statistics.roc import null_advantage

# Few distinct values, so that ties are the rule.
samples = st.integers(4, 60).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=st.integers(-3, 3).map(float)),
        hnp.arrays(bool, n).filter(lambda m: m.any() and not m.all()),
        hnp.arrays(np.int64, n, elements=st.integers(-1, 2)),
    )
)


@given(samples)
@settings(max_examples=60, deadline=None)
def test_auc_and_vertices_equal_scikit_learn(sample):
    scores, member, _ = sample
    roc = RocFamily(scores, member)
    fpr, tpr, thresholds = metrics.roc_curve(member, scores, drop_intermediate=False)
    assert roc.auc()[0] == pytest.approx(
        metrics.roc_auc_score(member, scores), abs=1e-15
    )
    for ours, theirs in zip(roc.vertices(), (fpr, tpr, thresholds), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-15)
    assert roc.advantage()[0] == pytest.approx(np.abs(tpr - fpr).max(), abs=1e-15)


@given(samples)
@settings(max_examples=60, deadline=None)
def test_auc_is_mann_whitney_with_half_ties(sample):
    scores, member, _ = sample
    inside, outside = scores[member], scores[~member]
    wins = (inside[:, None] > outside).sum() + 0.5 * (inside[:, None] == outside).sum()
    assert RocFamily(scores, member).auc()[0] == wins / (inside.size * outside.size)


@given(samples)
@settings(max_examples=60, deadline=None)
def test_groups_from_one_sort_equal_separate_curves(sample):
    scores, member, groups = sample
    family = RocFamily(scores, member, groups, 3, descending(scores))
    for group in range(3):
        here = groups == group
        alone = RocFamily(scores[here], member[here])
        for method in ("auc", "advantage", "placement_variances"):
            ours, single = getattr(family, method)(), getattr(alone, method)()
            np.testing.assert_allclose(
                np.asarray(ours)[..., group], np.asarray(single)[..., 0], atol=1e-15
            )
        for counts, single in (
            (family.operating_point(0.3), alone.operating_point(0.3)),
            (family.counts_above(0.5), alone.counts_above(0.5)),
        ):
            assert [c[group] for c in counts] == [c[0] for c in single]


def test_many_groups_equal_separate_curves():
    rng = np.random.default_rng(4)
    groups = rng.permutation(np.repeat(np.arange(300), 200))
    scores, member = rng.normal(size=groups.size), rng.random(groups.size) < 0.2
    family = RocFamily(scores, member, groups, 300)
    for group in (0, 17, 299):
        alone = RocFamily(scores[groups == group], member[groups == group])
        limit = np.full(300, 150)
        for method, argument in (
            ("counts_at_most", limit),
            ("counts_above", 0.1),
            ("operating_point", 0.9),
        ):
            every = getattr(family, method)(argument)
            own = getattr(alone, method)(limit[:1] if argument is limit else argument)
            assert [part[group] for part in every] == [part[0] for part in own]
        assert family.bend(0.3)[group] == pytest.approx(alone.bend(0.3)[0])


def test_groups_beyond_small_integers_and_of_one_example_a_side():
    count = 40_000
    scores, member = np.tile([2.0, 1.0], count), np.tile([True, False], count)
    family = RocFamily(scores, member, np.repeat(np.arange(count), 2), count)
    assert (family.auc() == 1).all()
    # With one more above and one below, a side is 1/6, 5/6 or 1/2 of the other.
    for term in family.placement_variances():
        assert np.isfinite(term).all()
        assert np.ptp(term) == 0


def test_with_ties_the_rate_is_that_of_one_more_non_member():
    # One more is drawn with the others: a threshold chosen by those lets it through as
    # often as is said.
    rng = np.random.default_rng(5)
    runs, nonmembers, fpr = 4000, 40, 0.1
    size = nonmembers + 2
    scores = rng.geometric(0.3, size=(runs, size)).astype(float)
    member = np.arange(size) < 2  # the first is the one more, as if a member
    groups = np.repeat(np.arange(runs), size)
    roc = RocFamily(scores.ravel(), np.tile(member, runs), groups, runs)
    tp, rate = roc.operating_point(fpr)
    error = tp.std() / 2 / np.sqrt(runs)
    assert 0.05 < rate.mean() < fpr - 0.01
    assert tp.mean() / 2 == pytest.approx(rate.mean(), abs=4 * error)


@pytest.mark.parametrize(("fpr", "members"), [(0.2, 400), (0.03, 50), (0.7, 60)])
def test_bend_is_the_mean_over_thresholds_less_the_curve(fpr, members):
    # A curve of second degree, T(u) = 2 u - u^2: members are the larger of two draws.
    rng = np.random.default_rng(6)
    runs, nonmembers = 4000, 49
    inside = rng.random((runs, members, 2)).max(axis=2)
    scores = np.concatenate([inside, rng.random((runs, nonmembers))], axis=1)
    member = np.tile(np.arange(scores.shape[1]) < members, runs)
    groups = np.repeat(np.arange(runs), scores.shape[1])
    roc = RocFamily(scores.ravel(), member, groups, runs)
    plain, bend = roc.operating_point(fpr)[0] / members, roc.bend(fpr) / members
    truth, variance = 1 - (1 - fpr) ** 2, fpr * (1 - fpr) / (nonmembers + 2)
    error = (plain - bend).std() / np.sqrt(runs)
    # Between two ranks the places vary a little otherwise.
    assert bend.mean() == pytest.approx(-variance, rel=0.1 if fpr > 0.1 else 0.5)
    assert (plain - bend).mean() == pytest.approx(truth, abs=4 * error)


def test_bend_by_hand():
    # Seven non-members at ranks 1 to 7; above them 0, 4, 6, 7, 7 ... of 8 members.
    member = np.array([0, *[1] * 4, 0, *[1] * 2, 0, 1, 0, 0, 0, 1, 0], bool)
    roc = RocFamily(-np.arange(15.0), member)
    counts = roc.operating_point(0.25)[0], roc.operating_point(0.5)[0]
    assert [float(count[0]) for count in counts] == [4, 7]
    # At rank 2, one before and one after: 0, 4 and 6; slopes by rank 4 and 2.
    second = (2 - 4) * 8**2
    assert roc.bend(0.25)[0] == pytest.approx(second / 2 * 0.25 * 0.75 / 9)
    # At rank 4, two before and two after: 4, 7 and 7.
    second = (0 - 3) / 2 / 2 * 8**2
    assert roc.bend(0.5)[0] == pytest.approx(second / 2 * 0.25 / 9)


def test_variance_is_that_of_brunner_and_munzel_with_four_more_examples():
    rng = np.random.default_rng(1)
    inside, outside = rng.integers(0, 6, 40).astype(float), rng.integers(0, 5, 30) * 1.0
    roc = RocFamily(np.r_[inside, outside], np.arange(70) < 40)
    # One more of each side above all others, and one below.
    inside, outside = (np.r_[side, -9, 99] for side in (inside, outside))
    auc = RocFamily(np.r_[inside, outside], np.arange(74) < 42).auc()[0]
    statistic = stats.brunnermunzel(outside, inside).statistic
    # Theirs is of the mean of all 42 and 32, not of the 40 and 30 that are there.
    (first, second) = roc.placement_variances()
    error = np.sqrt(first[0] * 40 / 42 + second[0] * 30 / 32)
    assert (auc - 0.5) / error == pytest.approx(statistic, rel=1e-12)


def test_order_of_examples_does_not_matter():
    rng = np.random.default_rng(2)
    scores, member = rng.integers(0, 9, 300).astype(float), np.arange(300) < 200
    shuffle = rng.permutation(300)
    first, second = (
        RocFamily(scores, member),
        RocFamily(scores[shuffle], member[shuffle]),
    )
    for ours, theirs in zip(first.vertices(), second.vertices(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert first.auc() == second.auc()


def test_constant_scores_say_nothing():
    roc = RocFamily(np.zeros(10), np.arange(10) < 7)
    assert roc.auc() == 0.5
    assert roc.advantage() == 0
    # Nobody stands out.
    assert [float(found[0]) for found in roc.operating_point(0.5)] == [0, 0]
    assert roc.bend(0.5) == 0


def test_a_group_without_one_side_has_no_curve():
    # Members alone, non-members alone, one of each, nothing.
    member = np.array([1, 1, 0, 0, 1, 0], bool)
    roc = RocFamily(np.arange(6.0), member, np.array([0, 0, 1, 1, 2, 2]), 4)
    grid = np.array([0.0, 0.5, 1.0])
    for found in (
        *(roc.auc(), roc.advantage(), roc.tpr_on(grid)[:, 1]),
        *roc.placement_variances(),
    ):
        np.testing.assert_array_equal(np.isnan(found), [True, True, False, True])
    assert roc.nonmembers.tolist() == [0, 2, 1, 0]
    np.testing.assert_array_equal(roc.tpr_on(grid)[2], [0, 0, 1])
    # The member is below: with one more above and below it beats 0, 1/3 and 1 (less
    # half of each end), and the variance of the three is that of the mean of one.
    shares = [0.5 / 3, 1 / 3, 2.5 / 3]
    for term in roc.placement_variances():
        assert term[2] == pytest.approx(np.var(shares, ddof=1), rel=1e-12)


def test_bend_is_0_where_one_side_is_tied():
    member = np.array([1, 0, 1, 0, 0, 0, 0, 0], bool)
    for scores in ([9, 8, 7, 6, 1, 1, 1, 1], [9, 9, 8, 8, 8, 3, 2, 1]):
        roc = RocFamily(np.array(scores, float), member)
        before, here, after = (roc.operating_point(rank / 7)[1] for rank in (1, 2, 3))
        assert (before < here) != (here < after)
        assert roc.bend(2 / 7) == 0


def test_operating_point_by_hand():
    #         score   5 4 4 3 2 1
    member = np.array([1, 1, 0, 1, 0, 0], bool)
    roc = RocFamily(np.array([5.0, 4, 4, 3, 2, 1]), member)
    assert [int(c[0]) for c in roc.counts_at_most([0])] == [1, 0]
    assert [int(c[0]) for c in roc.counts_at_most([1])] == [3, 1]
    # The first and the second of three non-members have one and two quarters above.
    for fpr, tp in ((0.25, 1), (0.375, 2), (0.5, 3)):
        assert [float(found[0]) for found in roc.operating_point(fpr)] == [tp, fpr]
    assert [int(c[0]) for c in roc.counts_above(4.0)] == [1, 0]
    np.testing.assert_allclose(roc.tpr_on([0, 1 / 6, 1])[0], [1 / 3, 1 / 2, 1])


def test_null_advantage_is_the_mean_of_pure_noise():
    rng = np.random.default_rng(3)
    member = np.arange(700) < 600
    seen = [RocFamily(rng.normal(size=700), member).advantage()[0] for _ in range(400)]
    error = np.std(seen) / np.sqrt(400)
    # The asymptotic level is slightly above that of small samples.
    assert null_advantage(600, 100) == pytest.approx(
        np.mean(seen), abs=5 * error + 0.004
    )
