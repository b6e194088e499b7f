import hashlib

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from eval_suite.gate.resampling import auc_influence
from eval_suite.gate.resampling import replicate_deviations


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


def test_fold_of_one_side_is_refused():
    member, folds = np.array([1, 0, 0, 0], bool), np.array([0, 0, 1, 1])
    with pytest.raises(ValueError, match="fold 1 with 0 members"):
        auc_influence(np.arange(4.0), member, folds)


@pytest.mark.parametrize("decimals", [None, 1])
def test_spread_is_that_of_the_exact_bootstrap(decimals):
    scores, member = draw(decimals=decimals)
    auc, influence = auc_influence(scores, member)
    linear = replicate_deviations(influence[:, None], member, seed=0, replicates=4000)
    exact = [
        weighted_auc(scores, member, drawn) - auc for drawn in resample(member, 1000)
    ]
    # The standard deviations are themselves uncertain by 1.1 and 2.2 %.
    assert linear.std() == pytest.approx(np.std(exact), rel=0.08)
    assert stats.ks_2samp(linear[0], exact).pvalue > 1e-3


def test_linear_part_predicts_the_auc_of_a_resample():
    scores, member = draw(3000, 3000)
    auc, influence = auc_influence(scores, member)
    for weights in resample(member, 20):
        exact = weighted_auc(scores, member, weights)
        assert auc + weights @ influence == pytest.approx(exact, abs=5e-4)


def test_same_seed_draws_the_same_resamples_for_every_attack():
    scores, member = draw()
    columns = np.stack([auc_influence(s, member)[1] for s in (scores, -scores)], axis=1)
    both = replicate_deviations(columns, member, seed=3)
    alone = replicate_deviations(columns[:, :1], member, seed=3)
    np.testing.assert_allclose(both[0], alone[0], atol=1e-12)
    np.testing.assert_allclose(both[0], -both[1], atol=1e-12)
    other = replicate_deviations(columns, member, seed=4)
    assert abs(np.corrcoef(both[0], other[0])[0, 1]) < 0.2


def test_blocks_do_not_change_the_draws(monkeypatch):
    scores, member = draw()
    influence = auc_influence(scores, member)[1][:, None]
    whole = replicate_deviations(influence, member, seed=0)
    monkeypatch.setattr("eval_suite.gate.resampling._BLOCK_ENTRIES", 1000)
    np.testing.assert_allclose(
        replicate_deviations(influence, member, seed=0), whole, atol=1e-12
    )


def test_resamples_are_those_of_the_baselines_that_exist():
    # Pinned: a change here would make every baseline in use unpaired without a word.
    member = np.arange(20) < 12
    influence = np.eye(20)
    counts = replicate_deviations(influence, member, seed=7, replicates=50)
    digest = hashlib.sha256(counts.astype(np.int8).tobytes()).hexdigest()
    assert counts[:12].sum(axis=0).tolist() == [12.0] * 50
    assert counts[12:].sum(axis=0).tolist() == [8.0] * 50
    assert digest == (
        "f25e53532abcf5c81fd3be63e15491fc75cba21eebf1172ac1e49164055ea0f7"
    )
