import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keras_entropy.attacks.statistics.auc_influence import auc_influence


def weighted_auc(scores, member, weights):
    return roc_auc_score(member, scores, sample_weight=weights)


def resample(member, count, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        weights = np.zeros(member.size)
        for side in (np.flatnonzero(member), np.flatnonzero(~member)):
            np.add.at(weights, rng.choice(side, side.size), 1)
        yield weights


def draw(members=300, nonmembers=200, shift=0.5, decimals=None, seed=0):
    rng = np.random.default_rng(seed)
    member = np.arange(members + nonmembers) < members
    scores = rng.normal(size=member.size) + shift * member
    return (scores if decimals is None else scores.round(decimals)), member


@pytest.mark.parametrize("decimals", [None, 1, 0])
def test_auc_is_that_of_scikit_learn(decimals):
    scores, member = draw(decimals=decimals)
    auc, influence = auc_influence(scores, member)
    assert auc == pytest.approx(roc_auc_score(member, scores), abs=1e-12)
    assert influence[member].sum() == pytest.approx(0, abs=1e-12)
    assert influence[~member].sum() == pytest.approx(0, abs=1e-12)


def test_folds_are_averaged_by_their_numbers_of_pairs():
    scores, member = draw()
    folds = np.random.default_rng(1).integers(0, 3, member.size)
    auc, _ = auc_influence(scores, member, folds)
    aucs = [roc_auc_score(member[folds == k], scores[folds == k]) for k in range(3)]
    pairs = [member[folds == k].sum() * (~member[folds == k]).sum() for k in range(3)]
    assert auc == pytest.approx(np.average(aucs, weights=pairs), abs=1e-12)


def test_a_fold_of_one_side_tells_nothing():
    scores, member = draw()
    folds = np.random.default_rng(1).integers(0, 3, member.size)
    auc, influence = auc_influence(scores, member, folds)
    for side in (True, False):
        more = np.r_[scores, 9.0, 8.0], np.r_[member, side, side], np.r_[folds, 3, 3]
        found, influences = auc_influence(*more)
        assert found == auc
        np.testing.assert_array_equal(influences, np.r_[influence, 0, 0])


def test_folds_that_all_lack_a_side_are_refused():
    member, folds = np.array([1, 0, 0, 0], bool), np.array([0, 1, 1, 2])
    with pytest.raises(ValueError, match="1 members and 3 non-members in 3 folds"):
        auc_influence(np.arange(4.0), member, folds)


def test_linear_part_predicts_the_auc_of_a_resample():
    scores, member = draw(3000, 3000)
    auc, influence = auc_influence(scores, member)
    for weights in resample(member, 20):
        exact = weighted_auc(scores, member, weights)
        assert auc + weights @ influence == pytest.approx(exact, abs=5e-4)
