import itertools

import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks import audit_game
from keras_entropy.attacks.shadow_counts import DEFAULT_ATTACKS
from keras_entropy.attacks.shadow_counts import auc_by_shadows
from keras_entropy.shadow.plan import complementary_pairs


def play(seed, models, effect):
    rng = np.random.default_rng(seed)
    membership = complementary_pairs(600, models, seed=seed).membership
    confidence = rng.normal(0, 3, 600) + rng.normal(size=(models, 600))
    confidence += effect * membership
    outputs = special.expit(np.stack([confidence, -confidence], axis=-1))
    return outputs, np.zeros(600, int), membership


@pytest.mark.parametrize("decimals", [9, 0])
def test_all_shadows_are_the_game(decimals):
    outputs, labels, membership = play(0, 12, effect=1.0)
    # Few values, so that many averages over shadows are equal but for rounding.
    coarse = special.expit(np.round(special.logit(outputs), decimals))
    game = coarse, labels, membership
    found = {(row.attack, row.shadows): row for row in auc_by_shadows(*game)}
    assert sorted({shadows for _, shadows in found}) == [2, 4, 8, 10]
    for result in audit_game(*game, attacks=DEFAULT_ATTACKS).attacks:
        row = found[result.attack, 10]
        figures = row.auc, row.auc_low, row.auc_high
        expected = result.auc, result.auc_low, result.auc_high
        assert figures == pytest.approx(expected, abs=1e-9)


def test_more_shadows_find_more():
    rows = auc_by_shadows(*play(1, 34, effect=1.0), attacks=("lira_online",))
    assert [row.shadows for row in rows] == [2, 4, 8, 16, 32]
    assert all(a.auc < b.auc for a, b in itertools.pairwise(rows))
    assert rows[0].auc_high < rows[-1].auc_low


def test_intervals_end_where_an_auc_does():
    # Surer of members by far, or of non-members, which the attack does not look for.
    shown, hidden = (
        auc_by_shadows(*play(2, 6, effect), attacks=["lira_offline"])
        for effect in (8.0, -8.0)
    )
    assert any(row.auc < 1 == row.auc_high for row in shown)
    assert any(row.auc_low == 0 < row.auc for row in hidden)


def test_without_signal():
    games = [auc_by_shadows(*play(seed, 8, effect=0.0)) for seed in range(40)]
    aucs = np.array([[row.auc for row in rows] for rows in games])
    error = aucs.std(axis=0, ddof=1) / np.sqrt(len(aucs))
    assert (abs(aucs.mean(axis=0) - 0.5) < 4 * error).all()
