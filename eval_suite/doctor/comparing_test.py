import numpy as np
import pytest
from scipy import stats

from eval_suite.doctor.comparing import Effect
from eval_suite.doctor.comparing import correlation
from eval_suite.doctor.comparing import correlation_difference
from eval_suite.doctor.comparing import mean_effect
from eval_suite.doctor.comparing import prediction_errors

CELLS = 60
RUNS = 400


def cells(rng, first=0.8, second=0.8, n=CELLS):
    """Two predictors of one outcome, which share more than the outcome."""
    risk, shared = rng.normal(size=(2, n))
    noise = rng.normal(size=(2, n)) * 0.8 + shared * 0.6
    one, other = (
        strength * risk + np.sqrt(1 - strength**2) * each
        for strength, each in zip((first, second), noise, strict=True)
    )
    return one, other, risk + 0.2 * rng.normal(size=n)


def test_effect_of_no_difference_is_covered():
    rng = np.random.default_rng(0)
    outside = 0
    for seed in range(RUNS):
        found = correlation_difference(*cells(rng), confidence=0.95, seed=seed)
        outside += not found.low <= 0 <= found.high
    # 5 % are promised; a run of so many may show more of them by chance.
    assert stats.binomtest(outside, RUNS, 0.05, alternative="greater").pvalue > 1e-3


def test_planted_difference_is_found():
    rng = np.random.default_rng(1)
    found = [
        correlation_difference(
            *cells(rng, first=0.95, second=0.7), confidence=1 - 0.05 / 4, seed=seed
        ).decision(0, 0)
        for seed in range(200)
    ]
    print(f"power: {found.count('supported') / len(found):.2f}")
    assert found.count("supported") >= 0.8 * len(found)
    assert "refuted" not in found


def test_differences_are_of_spearmans_correlations():
    one, other, outcome = cells(np.random.default_rng(2))
    other[:20] = other[0]
    found = correlation_difference(one, other, outcome, confidence=0.95)
    expected = (
        stats.spearmanr(one, outcome).statistic
        - stats.spearmanr(other, outcome).statistic
    )
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high


def test_a_constant_predictor_ranks_nothing():
    one, _, outcome = cells(np.random.default_rng(3))
    found = correlation_difference(one, np.ones(CELLS), outcome, confidence=0.95)
    assert found.value == pytest.approx(stats.spearmanr(one, outcome).statistic)


def test_correlation_is_spearmans():
    one, _, outcome = cells(np.random.default_rng(4))
    found = correlation(one, outcome, confidence=0.95)
    assert found.value == pytest.approx(stats.spearmanr(one, outcome).statistic)


def test_within_kinds_the_paradox_is_seen_through():
    rng = np.random.default_rng(5)
    kinds = np.repeat(["low", "middle", "high"], 20)
    level = np.repeat([0.0, 5.0, 10.0], 20)
    x = rng.normal(size=60)
    outcome = level - x + 0.1 * rng.normal(size=60)
    whole = correlation(level + x, outcome, confidence=0.95)
    inside = correlation(level + x, outcome, kinds=list(kinds), confidence=0.95)
    assert whole.low > 0.5
    assert inside.high < -0.9


def test_within_kinds_nothing_is_found_in_noise():
    rng = np.random.default_rng(6)
    kinds = [f"{i % 5}" for i in range(CELLS)]
    outside = 0
    for seed in range(RUNS):
        x, y = rng.normal(size=(2, CELLS))
        found = correlation(x, y, kinds=kinds, confidence=0.95, seed=seed)
        outside += not found.low <= 0 <= found.high
    assert stats.binomtest(outside, RUNS, 0.05, alternative="greater").pvalue > 1e-3


def test_what_predicts_has_small_errors():
    one, other, outcome = cells(np.random.default_rng(7), first=0.99, second=0.1)
    assert prediction_errors(outcome, outcome).mean() < 0.1
    assert (
        prediction_errors(one, outcome).mean()
        < prediction_errors(other, outcome).mean()
    )
    # Nothing can be told by a constant but the mean of the others.
    expected = np.abs(outcome - (outcome.sum() - outcome) / (CELLS - 1))
    np.testing.assert_allclose(prediction_errors(np.ones(CELLS), outcome), expected)


def test_mean_effect_is_students():
    values = np.random.default_rng(8).normal(size=8)
    found = mean_effect(values, confidence=0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(
    ("effect", "decision"),
    [
        (Effect(0.2, 0.1, 0.3), "supported"),
        (Effect(0.0, -0.1, 0.1), "not decided"),
        (Effect(-0.2, -0.3, -0.1), "refuted"),
        (Effect(0.0, 0.0, 0.0), "not decided"),
    ],
)
def test_decision(effect, decision):
    assert effect.decision(0, 0) == decision
