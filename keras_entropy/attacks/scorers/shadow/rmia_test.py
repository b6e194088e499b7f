import numpy as np
import pytest
from scipy import special
from scipy import stats

from keras_entropy.attacks.scorers.shadow import rmia
from keras_entropy.shadow.plan import complementary_pairs

MODELS, N = 8, 300
RNG = np.random.default_rng(0)
MEMBERSHIP = complementary_pairs(N, MODELS, seed=0).membership
SIGNAL = RNG.normal(size=N) * 2 + RNG.normal(size=(MODELS, N)) + MEMBERSHIP


def direct_ratio(k, online, temperature=1.0):
    p = special.expit(SIGNAL / temperature)
    others = np.delete(np.arange(MODELS), [k, k ^ 1])
    inside = np.array([p[others, i][MEMBERSHIP[others, i]].mean() for i in range(N)])
    outside = np.array([p[others, i][~MEMBERSHIP[others, i]].mean() for i in range(N)])
    average = (inside + outside) / 2 if online else (1.33 * outside + 0.67) / 2
    return p[k] / average


@pytest.mark.parametrize("online", [True, False])
def test_equals_the_direct_ratio(online):
    scorer = rmia.Online() if online else rmia.Offline()
    found = scorer.score_game(SIGNAL, MEMBERSHIP)
    assert not found.excluded.any()
    for k in range(MODELS):
        np.testing.assert_allclose(np.exp(found.values[k]), direct_ratio(k, online))


def test_a_temperature_flattens_the_probabilities():
    scores = rmia.Online(temperature=2.0).score_game(SIGNAL, MEMBERSHIP).values
    for k in range(MODELS):
        np.testing.assert_allclose(np.exp(scores[k]), direct_ratio(k, True, 2.0))
    with pytest.raises(ValueError, match="`temperature` must be above 0"):
        rmia.Online(temperature=0)


def test_the_papers_score_is_a_step_function_of_the_ratio():
    # The dense N x Z comparison, as in the paper, for three values of gamma.
    ratio = direct_ratio(0, online=False)
    population = RNG.gamma(5, 0.2, size=40)
    for gamma in (0.8, 1.0, 2.0):
        dense = (ratio[:, None] / population >= gamma).mean(axis=1)
        order = np.argsort(ratio)
        assert (np.diff(dense[order]) >= 0).all()
    scaled = 1 - rmia.p_values(np.log(ratio)[None], np.log(population)[None])[0]
    dense = (ratio[:, None] > population).mean(axis=1)
    np.testing.assert_allclose(scaled, dense * 40 / 41, atol=1e-12)


def test_p_values_of_non_members_are_uniform():
    # Reference examples are non-members of all models, drawn like the others.
    n, z = 4000, 3000
    membership = complementary_pairs(n, MODELS, seed=1).membership
    rng = np.random.default_rng(2)
    difficulty = rng.normal(size=n + z) * 2
    signal = difficulty + rng.normal(size=(MODELS, n + z))
    signal[:, :n] += 2 * membership
    scores = rmia.Offline().score_game(signal[:, :n], membership).values
    nobody = np.zeros((MODELS, z), bool)
    reference = rmia.Offline().score_game(signal[:, n:], nobody)
    assert not reference.excluded.any()
    p = rmia.p_values(scores, reference.values)
    for k in range(MODELS):
        # The reference has more shadows without it (6 to 3), which is the one
        # difference left; 0.05 is far above the test's resolution of 0.03.
        assert stats.kstest(p[k][~membership[k]], "uniform").statistic < 0.05
        assert (p[k][membership[k]] < 0.05).mean() > 0.1


def test_what_no_shadow_holds_or_all_do_is_excluded():
    nobody = np.zeros((MODELS, N), bool)
    for plan, offline in ((nobody, False), (~nobody, True)):
        assert rmia.Online().score_game(SIGNAL, plan).excluded.all()
        assert rmia.Offline().score_game(SIGNAL, plan).excluded.all() == offline


def test_what_the_offline_average_assumes():
    # With a = 0 members' probabilities would all be 1; with a = 1 those of others.
    for a in (0, 1):
        found = rmia.Offline(a=a).score_game(SIGNAL, MEMBERSHIP).values[0]
        p = special.expit(SIGNAL)
        outside = np.array([p[2:, i][~MEMBERSHIP[2:, i]].mean() for i in range(N)])
        expected = p[0] / (outside if a else (outside + 1) / 2)
        np.testing.assert_allclose(np.exp(found), expected)


def test_invalid_usage():
    for a in (1.5, -0.5, np.nan):
        with pytest.raises(ValueError, match="`a` must be between 0 and 1"):
            rmia.Offline(a=a)
    assert rmia.Online(temperature=0.5).needs_holders
    for reference in (SIGNAL[:4], SIGNAL[0], SIGNAL[:, :0]):
        with pytest.raises(ValueError, match="`reference_scores` must hold scores"):
            rmia.p_values(SIGNAL, reference)


def test_probabilities_far_below_the_targets_are_not_lost_beside_it():
    confidence = np.full((6, 2), -70.0)
    confidence[:2] = 0
    membership = complementary_pairs(2, 6, seed=0).membership
    found = rmia.Online().score_game(confidence, membership)
    np.testing.assert_allclose(found.values[:2], 70 - np.log(2))
