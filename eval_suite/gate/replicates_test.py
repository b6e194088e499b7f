import hashlib

import numpy as np
import pytest
from scipy import stats

from eval_suite.gate.replicates import _resample_counts
from eval_suite.gate.replicates import replicate_deviations
from keras_entropy.attacks.statistics.auc_influence import auc_influence
from keras_entropy.attacks.statistics.auc_influence_test import draw
from keras_entropy.attacks.statistics.auc_influence_test import resample
from keras_entropy.attacks.statistics.auc_influence_test import weighted_auc


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
    monkeypatch.setattr("eval_suite.gate.replicates._BLOCK_ENTRIES", 1000)
    # Of 300 examples, 1000 entries are three resamples and a part of one.
    blocks = _resample_counts(np.random.PCG64(0), 300, 10)
    assert [len(counts) for _, counts in blocks] == [4, 4, 2]
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
