import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.paired_differences import paired_over_examples
from keras_entropy.attacks.statistics.auc_influence import auc_influence

MEMBER = np.arange(700) < 300


def drawn(seed, shift=0.5, noise=0.3):
    """Scores of two attacks that agree but for some noise, the second weaker."""
    random = np.random.default_rng(seed)
    common = random.normal(size=700)
    first = common + shift * MEMBER + noise * random.normal(size=700)
    second = common + noise * random.normal(size=700)
    return first, second


def difference(first, second, **kwargs):
    aucs = [auc_influence(scores, MEMBER)[0] for scores in (first, second)]
    return paired_over_examples(
        aucs[0] - aucs[1], ((first, None), (second, None)), MEMBER, **kwargs
    )


def test_the_error_is_the_bootstraps():
    first, second = drawn(0)
    random = np.random.default_rng(1)
    values = []
    for _ in range(400):
        rows = np.concatenate(
            [random.integers(0, 300, 300), random.integers(300, 700, 400)]
        )
        aucs = [auc_influence(s[rows], MEMBER[rows])[0] for s in (first, second)]
        values.append(aucs[0] - aucs[1])
    found = difference(first, second)
    half = stats.norm.isf(0.025) * np.std(values)
    assert found.high - found.value == pytest.approx(half, rel=0.15)
    assert found.value - found.low == pytest.approx(half, rel=0.15)


def test_the_interval_covers():
    truth = stats.norm.cdf(0.5 / np.sqrt(2 * 1.09)) - 0.5
    found = [difference(*drawn(seed)) for seed in range(200)]
    covered = sum(d.low <= truth <= d.high for d in found)
    assert stats.binomtest(covered, 200, 0.95).pvalue > 1e-3


def test_pairing_sees_what_two_intervals_do_not():
    first, second = drawn(0, shift=0.15, noise=0.1)
    assert difference(first, second).low > 0
    assert difference(first, np.random.default_rng(3).permutation(second)).low < 0


def test_an_attack_does_not_differ_from_itself():
    first, _ = drawn(0)
    found = difference(first, first, margin=0.01)
    assert (found.value, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_examples_that_were_not_scored_count_for_nothing():
    first, second = drawn(0)
    whole = paired_over_examples(0.1, ((first, None), (second, None)), MEMBER)
    first[:5] = np.nan
    found = paired_over_examples(0.1, ((first, None), (second, None)), MEMBER)
    assert found.value == whole.value
    assert found.high == pytest.approx(whole.high, rel=0.05)
