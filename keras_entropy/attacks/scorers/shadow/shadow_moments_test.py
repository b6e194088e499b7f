import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from keras_entropy.attacks.scorers.shadow import lira
from keras_entropy.attacks.scorers.shadow import rmia
from keras_entropy.attacks.scorers.shadow.difficulty_offset import DifficultyOffset
from keras_entropy.attacks.scorers.shadow.shadow_moments import leave_pair_out
from keras_entropy.attacks.scorers.shadow.shadow_moments import of_all
from keras_entropy.shadow.plan import complementary_pairs

SCORERS = {
    "lira online": lira.Online(),
    "lira online, fixed": lira.Online("fixed"),
    "lira online, per-example": lira.Online("per-example"),
    "lira offline": lira.Offline(),
    "rmia online": rmia.Online(),
    "rmia offline": rmia.Offline(),
    "difficulty offset": DifficultyOffset(),
}


def score(name, signal, membership):
    found = SCORERS[name].score_game(signal, membership)
    return found.values, found.excluded


def unlike_examples(models, n, seed):
    """Confidences that say nothing of membership, of examples unlike each other."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=n) * 3 + rng.gamma(2, size=n) * rng.normal(size=(models, n))


def auc_of_targets(scores, membership):
    return [
        metrics.roc_auc_score(m, s) for m, s in zip(membership, scores, strict=True)
    ]


def test_moments_equal_the_direct_ones():
    signal = unlike_examples(8, 30, 0) + 1e3
    # No complementary halves: counts then differ between examples.
    membership = np.random.default_rng(1).random((8, 30)) < 0.4
    for pair, *sides in leave_pair_out(signal, membership):
        others = np.delete(np.arange(8), pair)
        for side, mask in zip(sides, (membership, ~membership), strict=True):
            for i in range(30):
                values = signal[others, i][mask[others, i]]
                assert side.count[i] == len(values)
                if len(values):
                    assert side.mean[i] == pytest.approx(values.mean(), rel=1e-14)
                    scatter = ((values - values.mean()) ** 2).sum()
                    assert side.scatter[i] == pytest.approx(scatter, abs=1e-10)


def test_tiny_means_survive_a_large_value_in_the_pair():
    signal = np.full((6, 1), 1e-30)
    signal[0] = 1.0
    membership = complementary_pairs(2, 6, seed=0).membership[:, :1]
    _, inside, outside = next(leave_pair_out(signal, membership, scatter=False))
    np.testing.assert_allclose([inside.mean, outside.mean], 1e-30)


@pytest.mark.parametrize("scatter", [True, False])
def test_moments_of_all_are_those_of_the_others_of_a_game(scatter):
    # A target that is no shadow: as if it were a pair of the game, left out of it.
    signal = unlike_examples(8, 30, 0)
    membership = np.random.default_rng(1).random((8, 30)) < 0.4
    alone = of_all(signal[2:], membership[2:], scatter=scatter)
    _, *in_game = next(leave_pair_out(signal, membership, scatter=scatter))
    for side, expected in zip(alone, in_game, strict=True):
        np.testing.assert_array_equal(side.count, expected.count)
        np.testing.assert_allclose(side.mean, expected.mean, rtol=1e-12)
        np.testing.assert_allclose(side.scatter, expected.scatter, atol=1e-12)


def test_answers_that_are_left_out_do_not_count():
    rng = np.random.default_rng(2)
    signal = unlike_examples(7, 30, 0)
    membership, left_out = rng.random((2, 7, 30)) < 0.4
    sides = of_all(signal, membership, left_out=left_out)
    for side, mask in zip(sides, (membership, ~membership), strict=True):
        for i in range(30):
            values = signal[mask[:, i] & ~left_out[:, i], i]
            mean = values.mean() if values.size else 0
            assert side.count[i] == values.size
            assert side.mean[i] == pytest.approx(mean, abs=1e-12)
            scatter = ((values - mean) ** 2).sum()
            assert side.scatter[i] == pytest.approx(scatter, abs=1e-10)


@pytest.mark.parametrize("name", SCORERS)
def test_no_attack_reads_the_design(name):
    # The masks are independent of the signal: the truth is exactly 0.5.
    aucs = []
    for seed in range(15):
        membership = complementary_pairs(1000, 8, seed=seed).membership
        scores, excluded = score(name, unlike_examples(8, 1000, seed), membership)
        assert not excluded.any()
        aucs.append(auc_of_targets(scores, membership))
    pairs = np.reshape(aucs, (-1, 2)).mean(axis=1)
    low, high = stats.t.interval(0.9999, len(pairs) - 1, pairs.mean(), stats.sem(pairs))
    assert low <= 0.5 <= high
    assert high - low < 0.02


def test_leaving_out_the_target_alone_does_read_the_design():
    # What the test above protects from: the same null, the partner as a shadow.
    aucs = []
    for seed in range(5):
        membership = complementary_pairs(1000, 8, seed=seed).membership
        signal = unlike_examples(8, 1000, seed)
        for k in range(8):
            others = np.delete(np.arange(8), k)
            inside = np.ma.array(signal[others], mask=~membership[others])
            outside = np.ma.array(signal[others], mask=membership[others])
            score = stats.norm.logpdf(
                signal[k], inside.mean(0), inside.std(0)
            ) - stats.norm.logpdf(signal[k], outside.mean(0), outside.std(0))
            aucs.append(metrics.roc_auc_score(membership[k], score))
    assert abs(np.mean(aucs) - 0.5) > 6 * stats.sem(aucs)


@pytest.mark.parametrize("name", SCORERS)
def test_a_signal_is_seen_and_the_order_of_examples_means_nothing(name):
    membership = complementary_pairs(400, 16, seed=0).membership
    signal = unlike_examples(16, 400, 0) + 2 * membership
    scores, _ = score(name, signal, membership)
    assert np.mean(auc_of_targets(scores, membership)) > 0.6
    order = np.random.default_rng(0).permutation(400)
    shuffled, _ = score(name, signal[:, order], membership[:, order])
    # A common variance is a sum over examples, so the last digits may differ.
    np.testing.assert_allclose(shuffled, scores[:, order], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", SCORERS)
@pytest.mark.parametrize("models", [4, 6, 16])
def test_constant_and_saturated_signals_give_finite_ties(name, models):
    membership = complementary_pairs(20, models, seed=0).membership
    for value in (0.0, 103.27893, -103.27893, 700.0):
        scores, excluded = score(name, np.full((models, 20), value), membership)
        assert np.isfinite(scores).all()
        assert not excluded.any()
        assert (scores == scores[:, :1]).all()


@pytest.mark.parametrize("name", SCORERS)
def test_what_no_shadow_can_tell_is_excluded_and_never_nan(name):
    membership = complementary_pairs(20, 6, seed=0).membership
    membership[:, 0] = True
    membership[:, 1] = False
    scores, excluded = score(name, unlike_examples(6, 20, 0), membership)
    assert np.isfinite(scores).all()
    assert excluded[:, 0].all()
    assert excluded[:, 1].all() == ("online" in name)
    assert not excluded[:, 2:].any()


@pytest.mark.parametrize("name", SCORERS)
def test_two_models_have_no_shadow(name):
    membership = complementary_pairs(20, 2, seed=0).membership
    scores, excluded = score(name, unlike_examples(2, 20, 0), membership)
    assert excluded.all()
    assert not scores.any()


@pytest.mark.parametrize("shape", [(3, 10), (4, 9)])
def test_shapes_are_checked(shape):
    with pytest.raises(ValueError, match=r"`signal` and `membership`.*Received"):
        rmia.Online().score_game(np.zeros(shape), np.zeros((shape[0], 10), bool))
