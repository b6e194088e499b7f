import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.scorers.shadow.pair_moments import Pairs


def plan(pairs, examples, rng):
    half = rng.random((pairs, 1, examples)) < 0.5
    return np.concatenate([half, ~half], axis=1).reshape(-1, examples)


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.mark.parametrize("left_out", [(), (0,), (3,), (1, 3), (3, 1)])
@pytest.mark.parametrize("signals", [(), (2,), (2, 3)])
def test_moments_are_those_of_a_loop(rng, signals, left_out):
    membership = plan(4, 7, rng)
    values = rng.normal(size=(*signals, *membership.shape))
    pairs = Pairs(values, membership)
    moments = pairs.others(*left_out)
    kept = [model for model in range(8) if model // 2 not in left_out]
    assert moments.count == len(kept) // 2
    for index in np.ndindex(*signals):
        for n in range(7):
            sides = [
                np.array(
                    [values[(*index, k, n)] for k in kept if membership[k, n] == s]
                )
                for s in (True, False)
            ]
            at = (*index, n)
            assert moments.inside[at] == pytest.approx(sides[0].mean())
            assert moments.outside[at] == pytest.approx(sides[1].mean())
            scatter = sum(((side - side.mean()) ** 2).sum() for side in sides)
            assert moments.scatter[at] == pytest.approx(scatter)
    np.testing.assert_array_equal(pairs.values.reshape(values.shape), values)


def test_scores_are_those_of_the_formulas(rng):
    membership = plan(5, 6, rng)
    values = rng.random(membership.shape) + 0.1
    pairs = Pairs(values, membership)
    moments = pairs.others(2)
    target = pairs.values[2]
    middle = (moments.inside + moments.outside) / 2
    np.testing.assert_allclose(moments.offset(target), target - middle)
    np.testing.assert_allclose(moments.log_share(target), np.log(target / middle))
    # 8 models about two means have 6 degrees of freedom; the common variance counts 4.
    common = moments.scatter.mean() / 6
    scale = np.sqrt((moments.scatter + 4 * common) / 10 * (1 + 1 / 4))
    inside, outside = (
        stats.t.logpdf(target, 10, mean, scale)
        for mean in (moments.inside, moments.outside)
    )
    np.testing.assert_allclose(moments.log_ratio(target), inside - outside)


@pytest.mark.parametrize("pairs", [1, 3])
def test_each_signal_has_a_scale_of_its_own(rng, pairs):
    membership = plan(pairs, 6, rng)
    values = rng.normal(size=(2, *membership.shape)) * [[[1.0]], [[9.0]]]
    together = Pairs(values, membership).others()
    for signal in range(2):
        alone = Pairs(values[signal], membership).others()
        np.testing.assert_allclose(together.variance[signal], alone.variance)


def test_one_pair_takes_its_scale_from_the_distance(rng):
    membership = plan(1, 5, rng)
    moments = Pairs(rng.normal(size=membership.shape), membership).others()
    assert moments.degrees == 0
    assert not moments.scatter.any()
    distance = moments.inside - moments.outside
    np.testing.assert_allclose(moments.variance, (distance**2).mean() / 2 * 2)
    assert np.isfinite(moments.log_ratio(np.zeros((1, 5)))).all()


def test_what_is_left_out_has_no_influence_not_even_by_rounding(rng):
    membership = plan(4, 50, rng)
    values = np.full(membership.shape, 103.3)
    values[2:4] = rng.normal(0, 1e6, (2, 50))
    moments = Pairs(values, membership).others(1)
    for found in (moments.inside, moments.outside, moments.scatter):
        assert len(set(found)) == 1
    assert set(moments.inside) == set(moments.outside)


def test_constant_values_score_alike(rng):
    membership = plan(3, 9, rng)
    moments = Pairs(np.full(membership.shape, -2.2), membership).others(0)
    target = np.full((2, 9), -2.2)
    for score in (moments.offset, moments.log_ratio):
        assert len(np.unique(score(target))) == 1


def test_refuses_what_is_no_game_and_what_leaves_nothing(rng):
    membership = plan(2, 5, rng)
    with pytest.raises(ValueError, match="Received: values"):
        Pairs(np.zeros((4, 6)), membership)
    with pytest.raises(ValueError, match="complements"):
        Pairs(np.zeros((4, 5)), np.ones((4, 5), bool))
    with pytest.raises(ValueError, match="complements"):
        Pairs(np.zeros((3, 5)), membership[:3])
    with pytest.raises(ValueError, match="At least one pair must stay"):
        Pairs(np.zeros((4, 5)), membership).others(0, 1)


def test_constant_values_leave_a_deviation_of_a_millionth(rng):
    membership = plan(3, 4, rng)
    moments = Pairs(np.zeros(membership.shape), membership).others()
    # The mean of three is known to a third of the variance.
    np.testing.assert_allclose(moments.variance, 1e-12 * (1 + 1 / 3))
