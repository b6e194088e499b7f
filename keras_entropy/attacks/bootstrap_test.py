import numpy as np
import pytest
from sklearn import metrics

from keras_entropy.attacks.bootstrap import WeightedAuc
from keras_entropy.attacks.bootstrap import stratified_weights


@pytest.fixture
def sample():
    rng = np.random.default_rng(0)
    member = np.arange(90) < 60
    return rng.integers(0, 8, 90) + 1.0 * member, member, rng.integers(0, 3, 90)


def test_weights_draw_each_side_as_often_as_it_is_large(sample):
    _, member, _ = sample
    drawn = list(stratified_weights(member, 50, np.random.default_rng(1)))
    assert len(drawn) == 50
    for weights in drawn:
        assert (weights[member].sum(), weights[~member].sum()) == (60, 30)
    assert np.std(drawn, axis=0).min() > 0


def test_weighted_auc_is_scikit_learns(sample):
    scores, member, _ = sample
    auc = WeightedAuc(scores, member)
    for weights in stratified_weights(member, 20, np.random.default_rng(2)):
        expected = metrics.roc_auc_score(member, scores, sample_weight=weights)
        assert auc(weights) == pytest.approx(expected, abs=1e-14)


def test_groups_are_never_compared(sample):
    scores, member, groups = sample
    weights = np.random.default_rng(3).integers(1, 4, 90)
    # A constant of its own for each group changes nothing.
    ours = WeightedAuc(scores + 100 * groups, member, groups, 3)(weights)
    assert ours == pytest.approx(WeightedAuc(scores, member, groups, 3)(weights))
    aucs, pairs = [], []
    for group in range(3):
        here = groups == group
        aucs.append(WeightedAuc(scores[here], member[here])(weights[here]))
        inside, outside = weights[here & member], weights[here & ~member]
        pairs.append(inside.sum() * outside.sum())
    assert ours == pytest.approx(np.average(aucs, weights=pairs))


def test_no_pairs_no_auc(sample):
    scores, member, _ = sample
    assert np.isnan(WeightedAuc(scores, member)(member))
