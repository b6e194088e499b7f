import numpy as np
import pytest
from sklearn import metrics

from keras_entropy.attacks.statistics.bootstrap import auc_deviation
from keras_entropy.attacks.statistics.roc import RocFamily


@pytest.mark.parametrize("levels", [4, None])
def test_spread_is_that_of_resampled_examples(levels):
    rng = np.random.default_rng(0)
    member = np.arange(800) < 600
    scores = rng.normal(size=800) + 0.5 * member
    if levels:
        scores = np.round(scores * levels / 4)
    aucs = []
    for _ in range(400):
        rows = np.r_[rng.integers(0, 600, 600), rng.integers(600, 800, 200)]
        aucs.append(metrics.roc_auc_score(member[rows], scores[rows]))
    found = auc_deviation(RocFamily(scores, member), [0], 400, rng)
    # Each of the two is known to 1 / sqrt(800) of itself.
    assert found == pytest.approx(np.std(aucs), rel=4 * np.sqrt(2 / 800))


def test_groups_are_resampled_apart():
    rng = np.random.default_rng(1)
    member, groups = np.arange(900) < 600, np.arange(900) % 3
    # A constant of its own for each group: pooled, it would dominate the spread.
    scores = rng.normal(size=900) + 100 * groups
    roc = RocFamily(scores, member, groups, 3)
    found = auc_deviation(roc, range(3), 400, rng)
    expected = np.sqrt(np.sum(roc.placement_variances()) / 9)
    assert found == pytest.approx(expected, rel=0.15)


def test_constant_scores_do_not_move():
    roc = RocFamily(np.zeros(40), np.arange(40) < 30)
    assert auc_deviation(roc, [0], 50, np.random.default_rng(2)) == 0
