import math
import types

import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.paired_differences import paired_difference
from keras_entropy.attacks.paired_differences import paired_over_examples
from keras_entropy.attacks.results import ExampleScores

MEMBER = np.arange(70) < 40


@pytest.mark.parametrize("margin", [0.0, 0.04, -0.1])
def test_over_pairs_it_is_students_paired_test(margin):
    one, other = np.random.default_rng(0).uniform(0.5, 0.7, size=(2, 8))
    found = paired_difference(one, other, margin=margin, confidence=0.9)
    expected = stats.ttest_rel(one, other + margin, alternative="greater")
    assert found.p_value == pytest.approx(expected.pvalue)
    ends = stats.ttest_rel(one, other).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))
    assert found.value == pytest.approx(np.mean(one - other))


@pytest.mark.parametrize(("margin", "p_value"), [(0.2, 0), (0.25, 1), (0.3, 1)])
def test_equal_pairs_are_above_the_margin_or_not(margin, p_value):
    found = paired_difference(np.full(4, 0.75), np.full(4, 0.5), margin=margin)
    assert (found.value, found.p_value) == (0.25, p_value)


def test_aucs_differ_by_one_at_most():
    values = np.array([1.0, 0.8, 0.1])
    half = stats.t.ppf(0.975, 2) * stats.sem(values)
    found = paired_difference(values, np.zeros(3))
    assert (found.low, found.high) == (pytest.approx(values.mean() - half), 1)
    found = paired_difference(np.zeros(3), values)
    assert (found.low, found.high) == (-1, pytest.approx(half - values.mean()))


def test_too_few_pairs_tell_nothing():
    one, other = (
        types.SimpleNamespace(pair_auc=np.full(2, auc), pair_inflation=inflation)
        for auc, inflation in ((0.9, math.inf), (0.5, 1.0))
    )
    for found in (paired_difference(one, other), paired_difference(other, one)):
        assert (found.low, found.high, found.p_value) == (-1, 1, 1)


def test_pairs_are_those_of_one_game():
    lone = types.SimpleNamespace(pair_auc=None, pair_inflation=1.0)
    for other, told in ((np.ones(3), r"\(2,\) and \(3,\)"), (lone, r"\(2,\) and None")):
        with pytest.raises(ValueError, match=f"same pairs of one game.*{told}"):
            paired_difference(np.ones(2), other)


def standings(scores):
    """Each example's share of the other side that it beats, and the AUC."""
    beats = np.sign(scores[MEMBER][:, None] - scores[~MEMBER]) / 2 + 0.5
    return beats.mean(axis=1), beats.mean(axis=0), beats.mean()


@pytest.mark.parametrize("decimals", [9, 0])
@pytest.mark.parametrize("margin", [0.0, 0.05, -0.1])
def test_over_examples_it_is_delongs(margin, decimals):
    rng = np.random.default_rng(1)
    common = rng.normal(size=70) + 0.6 * MEMBER
    scores = [(common + 0.5 * rng.normal(size=70)).round(decimals) for _ in range(2)]
    one, other = map(standings, scores)
    value = one[2] - other[2]
    error = math.sqrt(
        np.var(one[0] - other[0]) / MEMBER.sum()
        + np.var(one[1] - other[1]) / (~MEMBER).sum()
    )
    pair = ExampleScores(scores[0], None), ExampleScores(scores[1], None)
    found = paired_over_examples(value, pair, MEMBER, margin=margin)
    assert found.value == value
    law = stats.norm(value, error)
    assert (found.low, found.high) == pytest.approx(law.interval(0.95))
    assert found.p_value == pytest.approx(law.cdf(margin))


def test_examples_without_a_score_do_not_count():
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, 70))
    folds = np.arange(70) % 2
    left_out = rng.random(70) < 0.2
    given = [
        ExampleScores(np.where(left_out, np.nan, row), folds) for row in (first, second)
    ]
    kept = [ExampleScores(row[~left_out], folds[~left_out]) for row in (first, second)]
    found = paired_over_examples(0.1, (given[0], given[1]), MEMBER)
    few = paired_over_examples(0.1, (kept[0], kept[1]), MEMBER[~left_out])
    assert (found.low, found.high) == pytest.approx((few.low, few.high))


@pytest.mark.parametrize(("value", "p_value"), [(0.01, 0), (0.0, 1), (-0.01, 1)])
def test_scores_that_say_the_same_have_no_error(value, p_value):
    same = ExampleScores(np.arange(70.0), None)
    found = paired_over_examples(value, (same, same), MEMBER)
    assert (found.low, found.high, found.p_value) == (value, value, p_value)
