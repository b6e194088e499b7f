import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks import audit_game
from keras_entropy.attacks.audits import pooled_rates
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics.roc import RocFamily
from keras_entropy.shadow import complementary_pairs


def made_up(rng, shift, targets=16, examples=76):
    membership = complementary_pairs(examples, targets, seed=0).membership
    return Scores(rng.normal(size=membership.shape) + shift * membership), membership


def test_the_share_above_a_threshold_is_that_of_the_order_statistic():
    outside = np.arange(199.0)[::-1]
    # Two of 199 pass: the third largest is the threshold's own.
    assert pooled_rates.share_above(outside, 0.01, outside) == pytest.approx(1 / 199)
    between = pooled_rates.share_above(outside, 0.0125, outside)
    assert between == pytest.approx(1.5 / 199)
    assert np.isnan(pooled_rates.share_above(outside, 0.001, outside))


@pytest.mark.parametrize("decimals", [None, 1, 0])
@pytest.mark.parametrize("fpr", [0.003, 0.005, 0.0177, 0.1, 0.5, 0.9965])
def test_rates_are_those_of_one_model_with_so_many_examples(fpr, decimals):
    rng = np.random.default_rng(4)
    member = np.arange(700) < 300
    scores = rng.normal(size=700) + 0.7 * member
    scores = scores if decimals is None else scores.round(decimals)
    tp, reached = RocFamily(scores, member).operating_point(fpr)
    outside = np.sort(scores[~member])[::-1]
    found = pooled_rates.share_above(outside, fpr, scores[member])
    assert found == pytest.approx(tp[0] / 300)
    assert pooled_rates.expected_fpr(outside, fpr) == pytest.approx(reached[0])
    if decimals is None:
        assert reached[0] == pytest.approx(fpr)


def test_a_threshold_is_among_the_non_members():
    outside = np.arange(48.0)[::-1]
    assert (1 / 49) * 49 < 1
    assert pooled_rates.share_above(outside, 1 / 49, outside) == 0
    assert pooled_rates.expected_fpr(outside, 1 / 49) == pytest.approx(1 / 49)
    for fpr in (0.99 / 49, 48 / 49, 48.5 / 49):
        assert np.isnan(pooled_rates.share_above(outside, fpr, outside))


def test_what_an_attack_does_not_score_is_on_no_side():
    rng = np.random.default_rng(6)
    scores, membership = made_up(rng, 1.0)
    left_out = rng.random(membership.shape) < 0.3
    # However large: an attack that does not score says nothing.
    values = np.where(left_out, 9.0, scores.values)
    tpr, realised = pooled_rates.rates(Scores(values, excluded=left_out), membership)(
        0.02
    )
    outside = np.sort(scores.values[~membership & ~left_out])[::-1]
    inside = scores.values[membership & ~left_out]
    expected = pooled_rates.share_above(outside, 0.02, inside)
    assert tpr.mean() == pytest.approx(expected)
    np.testing.assert_allclose(realised, 0.02)


def test_one_threshold_holds_for_all_models():
    scores, membership = made_up(np.random.default_rng(0), 2.0)
    tpr, realised = pooled_rates.rates(scores, membership)(0.01)
    inside, outside = scores.values[membership], scores.values[~membership]
    threshold = np.quantile(outside, 0.99, method="weibull")
    assert tpr.mean() == pytest.approx((inside > threshold).mean(), abs=0.01)
    assert realised.min() == realised.max() == pytest.approx(0.01)
    # Both of a pair have its value.
    np.testing.assert_array_equal(tpr[0::2], tpr[1::2])


def test_a_pair_has_what_the_rate_of_all_becomes_without_it():
    scores, membership = made_up(np.random.default_rng(8), 1.0, 6, 120)

    def rate(targets):
        inside, values = membership[targets], scores.values[targets]
        outside = np.sort(values[~inside])[::-1]
        return pooled_rates.share_above(outside, 0.05, values[inside])

    every = np.arange(6)
    without = np.array([rate(every[every // 2 != pair]) for pair in range(3)])
    assert np.ptp(without) > 0
    tpr, _ = pooled_rates.rates(scores, membership)(0.05)
    expected = rate(every) + 2 * (without.mean() - without)
    np.testing.assert_allclose(tpr[:, 0], np.repeat(expected, 2))


def test_too_few_non_members_and_folds_have_no_rate():
    rng = np.random.default_rng(0)
    scores, membership = made_up(rng, 1.0, targets=8, examples=76)
    assert np.isnan(pooled_rates.rates(scores, membership)(0.01)[0]).all()
    assert np.isfinite(pooled_rates.rates(scores, membership)(0.02)[0]).all()
    folds = np.zeros(membership.shape, int)
    folded = Scores(scores.values, folds=folds)
    assert np.isnan(pooled_rates.rates(folded, membership)(0.02)[0]).all()
    # Of 500 non-members five are to be expected.
    scores, membership = made_up(rng, 1.0, targets=4, examples=250)
    assert np.isfinite(pooled_rates.rates(scores, membership)(0.01)[0]).all()
    assert np.isnan(pooled_rates.rates(scores, membership)(0.0099)[0]).all()
    for side in (membership, ~membership):
        left_out = side & (np.arange(4) == 2)[:, None]
        given = Scores(scores.values, excluded=left_out)
        assert np.isnan(pooled_rates.rates(given, membership)(0.1)[0]).all()


@pytest.mark.parametrize("shift", [0.0, 2.0, 3.0])
def test_intervals_hold_for_the_rate_of_the_law(shift):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 10, 76)
    membership = complementary_pairs(76, 16, seed=0).membership
    expected = stats.norm.sf(stats.norm.isf(0.01) - shift)
    held = 0
    for _ in range(60):
        right = 1 / (1 + np.exp(-rng.normal(size=(16, 76)) - shift * membership))
        outputs = np.repeat(((1 - right) / 9)[..., None], 10, axis=-1)
        np.put_along_axis(outputs, labels[None, :, None], right[..., None], axis=-1)
        audit = audit_game(
            outputs, labels, membership, attacks=["loss"], slices=["pooled"]
        )
        rate = audit.get("loss", "pooled").tpr_at_fpr["0.01"]
        held += rate.low <= expected <= rate.high
    # 95 % of 60: at most 8 misses by chance in all but one of 1,000 cases.
    assert held >= 52
