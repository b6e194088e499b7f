import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.leakage.record_risk import record_risk
from keras_entropy.shadow.plan import complementary_pairs


def game(effect, models=16, seed=0):
    """Confidences of records unlike each other, raised by `effect` in members."""
    rng = np.random.default_rng(seed)
    n = len(effect)
    membership = complementary_pairs(n, models, seed=seed).membership
    spread = rng.gamma(3, 0.3, size=n)
    noise = rng.normal(size=n) * 3 + spread * rng.normal(size=(models, n))
    return noise + membership * effect, membership


def test_equals_scipys_paired_t_test():
    confidence, membership = game(np.linspace(-1, 2, 20), models=10)
    risk = record_risk(confidence, membership)
    for i in range(20):
        inside, outside = (
            [confidence[2 * j + (membership[2 * j, i] != held), i] for j in range(5)]
            for held in (True, False)
        )
        wanted = stats.ttest_rel(inside, outside, alternative="greater")
        assert risk.p_value[i] == pytest.approx(wanted.pvalue, rel=1e-9)
        assert risk.effect[i] == pytest.approx(np.mean(inside) - np.mean(outside))
    order = np.argsort(risk.p_value)
    adjusted = risk.p_value[order] * 20 / np.arange(1, 21)
    adjusted = np.minimum.accumulate(adjusted[::-1])[::-1]
    np.testing.assert_allclose(risk.q_value[order], np.minimum(adjusted, 1))


def test_nothing_is_exposed_where_training_shows_nothing():
    # Any discovery is false here, so at most 5 % of games may have one.
    found = [
        len(record_risk(*game(np.zeros(400), seed=seed)).exposed(0.05)) > 0
        for seed in range(100)
    ]
    assert stats.binomtest(sum(found), 100, 0.05, "greater").pvalue > 0.001


def test_false_discoveries_stay_below_the_rate_and_exposed_records_are_found():
    effect = np.where(np.arange(1000) < 100, 4.0, 0.0)
    shares, power = [], []
    for seed in range(20):
        exposed = record_risk(*game(effect, seed=seed)).exposed(0.1)
        shares.append((exposed >= 100).sum() / max(len(exposed), 1))
        power.append((exposed < 100).sum() / 100)
    assert np.mean(shares) < 0.1 + 3 * stats.sem(shares)
    assert np.mean(power) > 0.5


def test_exposed_come_in_order_of_certainty():
    risk = record_risk(*game(np.linspace(0, 5, 200)))
    exposed = risk.exposed(0.2)
    assert 0 < len(exposed) < 200
    assert (np.diff(risk.p_value[exposed]) >= 0).all()
    assert len(risk.exposed(0.05)) == len(risk.exposed()) < len(risk.exposed(0.1))
    # A rate that is reached is one that is kept.
    assert len(risk.exposed(risk.q_value[exposed[3]])) >= 4


def test_detection_rate_counts_the_models_that_give_it_away():
    confidence, membership = game(np.zeros(300), models=6)
    confidence[:, 0] = np.where(membership[:, 0], 100.0, 0.0)
    risk = record_risk(confidence, membership)
    assert risk.detection_rate[0] == 1
    # Of other members 1 % exceed the threshold: three models hold each.
    assert risk.detection_rate[1:].mean() == pytest.approx(0.01, abs=0.015)


def test_a_record_is_detected_above_all_but_a_hundredth_of_non_members():
    confidence, membership = game(np.linspace(0, 9, 300), models=6)
    risk = record_risk(confidence, membership)
    # The third and the second largest of 150, and 0.51 of the way between them.
    limits = []
    for own, inside in zip(confidence, membership, strict=True):
        lower, upper = np.sort(own[~inside])[[147, 148]]
        limits.append(lower + 0.51 * (upper - lower))
    above = membership & (confidence > np.array(limits)[:, None])
    np.testing.assert_allclose(risk.detection_rate, above.sum(axis=0) / 3)
    assert 0.05 < risk.detection_rate.mean() < 0.95


def test_constant_confidences_give_no_alarm():
    membership = complementary_pairs(10, 6, seed=0).membership
    risk = record_risk(np.ones((6, 10)), membership)
    np.testing.assert_array_equal(risk.p_value, 0.5)
    np.testing.assert_array_equal(risk.detection_rate, 0)
    assert not len(risk.exposed())
    certain = record_risk(np.where(membership, 1.0, 0.0), membership)
    assert len(certain.exposed()) == 10
    # As certain as each other: the larger effect first.
    effects = np.random.default_rng(0).permutation(10) + 1.0
    several = record_risk(np.where(membership, effects, 0.0), membership)
    np.testing.assert_array_equal(several.exposed(), np.argsort(-effects))


def test_invalid_usage():
    membership = complementary_pairs(10, 6, seed=0).membership
    with pytest.raises(ValueError, match=r"at least 3 pairs of models.*\(4, 10\)"):
        record_risk(np.zeros((4, 10)), membership[:4])
    odd = np.vstack([membership, membership[:1]])
    with pytest.raises(ValueError, match=r"at least 3 pairs of models.*\(7, 10\)"):
        record_risk(np.zeros((7, 10)), odd)
    with pytest.raises(ValueError, match=r"complementary pairs.*30 entries"):
        record_risk(np.zeros((6, 10)), np.ones((6, 10), bool))
