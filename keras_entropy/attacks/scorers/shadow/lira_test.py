import sys

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from keras_entropy.attacks.scorers.shadow import lira
from keras_entropy.attacks.scorers.shadow.shadow_moments import Moments
from keras_entropy.shadow.plan import complementary_pairs

MODELS, N = 10, 50
RNG = np.random.default_rng(0)
SIGNAL = RNG.normal(size=N) + RNG.gamma(2, size=N) * RNG.normal(size=(MODELS, N))
# Not complementary: the numbers of shadows then differ between examples.
UNEQUAL = RNG.random((MODELS, N)) < 0.5
EQUAL = complementary_pairs(N, MODELS, seed=0).membership


def direct(signal, membership, variance):
    """Scores by loops and SciPy's distributions: online and offline."""
    online = np.full(signal.shape, np.nan)
    offline = np.full(signal.shape, np.nan)
    for k in range(len(signal)):
        others = np.delete(np.arange(len(signal)), [k, k ^ 1])
        columns = []
        for side in (membership[others], ~membership[others]):
            columns.append(
                [signal[others, i][side[:, i]] for i in range(signal.shape[1])]
            )
        logs = []
        for values in columns:
            residuals = np.concatenate([v - v.mean() for v in values if len(v)])
            free = sum(len(v) - 1 for v in values if len(v))
            log = np.full(len(values), np.nan)
            for i, v in enumerate(values):
                if not len(v):
                    continue
                if variance == "fixed":
                    law = stats.norm(v.mean(), np.sqrt((residuals**2).mean()))
                elif variance == "per-example":
                    law = stats.norm(v.mean(), v.std())
                else:
                    common = (residuals**2).sum() / free
                    degrees = len(v) - 1 + 4
                    s2 = (((v - v.mean()) ** 2).sum() + 4 * common) / degrees
                    scale = np.sqrt(s2 * (1 + 1 / len(v)))
                    law = stats.t(degrees, v.mean(), scale)
                log[i] = law.logpdf(signal[k, i])
                # The last side is that of the non-members.
                offline[k, i] = (signal[k, i] - v.mean()) / law.kwds.get(
                    "scale", law.args[-1]
                )
            logs.append(log)
        online[k] = logs[0] - logs[1]
    return online, offline


@pytest.mark.parametrize("variance", lira.VARIANCES)
def test_equals_the_direct_computation(variance):
    for membership in (EQUAL, UNEQUAL):
        if variance == "per-example" and membership is UNEQUAL:
            continue  # A lone shadow has no variance of its own.
        online, offline = direct(SIGNAL, membership, variance)
        found = lira.Online(variance).score_game(SIGNAL, membership)
        np.testing.assert_array_equal(found.excluded, np.isnan(online))
        expected = np.nan_to_num(online)
        np.testing.assert_allclose(found.values, expected, rtol=1e-9, atol=1e-9)
        found = lira.Offline(variance).score_game(SIGNAL, membership)
        assert not found.excluded.any()
        np.testing.assert_allclose(found.values, offline, rtol=1e-9, atol=1e-9)


def test_online_needs_what_its_scores_depend_on():
    # A side that no shadow is on leaves nothing to compare with.
    nobody = np.zeros((MODELS, N), bool)
    for scorer in (lira.Online(), lira.Offline()):
        excluded = scorer.score_game(SIGNAL, nobody).excluded
        assert excluded.all() == scorer.needs_holders
    # The mean of members may lie on either side: other pairs show on which.
    low, high = (
        scorer.score_target(np.array([[5.0]]), shadows, EQUAL[:, :1]).values.item()
        for scorer in (lira.Online(),)
        for shadows in (3.0 - 6 * EQUAL[:, :1], 3.0 * EQUAL[:, :1] - 3)
    )
    assert low < 0 < high
    assert lira.Online.learns_from_pairs
    assert not lira.Offline.learns_from_pairs
    assert not lira.Online.needs_pairs


def test_offline_is_one_sided():
    membership = EQUAL[:, :2]
    signal = np.zeros((MODELS, 2)) + RNG.normal(size=(MODELS, 1))
    signal[0] = [50.0, -50.0]
    scores = lira.Offline().score_game(signal, membership).values
    assert scores[0, 0] > 0 > scores[0, 1]


def test_one_shadow_a_side_gives_scores():
    membership = complementary_pairs(2000, 4, seed=0).membership
    signal = RNG.normal(size=2000) * 3 + RNG.normal(size=(4, 2000)) + membership
    for variance in ("shrunken", "fixed"):
        found = lira.Online(variance).score_game(signal, membership)
        assert not found.excluded.any()
        for members, row in zip(membership, found.values, strict=True):
            assert metrics.roc_auc_score(members, row) > 0.55


def test_of_one_shadow_a_side_the_distance_tells_the_scale():
    rng = np.random.default_rng(3)
    membership = complementary_pairs(40, 4, seed=3).membership
    signal = rng.normal(size=(4, 40)) + 2 * membership
    found = lira.Online().score_game(signal, membership).values
    for k in range(4):
        pair = [2, 3] if k < 2 else [0, 1]
        inside = np.where(membership[pair[0]], signal[pair[0]], signal[pair[1]])
        outside = np.where(membership[pair[0]], signal[pair[1]], signal[pair[0]])
        # The variance of two values, on average over the examples.
        common = np.var([inside, outside], axis=0, ddof=1).mean()
        expected = [
            stats.t(4, mean, np.sqrt(2 * common)).logpdf(signal[k])
            for mean in (inside, outside)
        ]
        np.testing.assert_allclose(found[k], expected[0] - expected[1], rtol=1e-9)


def test_only_examples_that_have_a_shadow_tell_the_scale():
    side = Moments(np.array([1, 0, 1]), np.array([7.0, 0, -2]), np.zeros(3))
    scale, degrees = lira._scale(side, "shrunken", np.array([2.0, 99.0, 4.0]))
    # Of one shadow: twice the variance of one, which is 3 on average.
    np.testing.assert_allclose(scale, np.sqrt([6, 6, 6]))
    assert degrees.tolist() == [4, 4, 4]


def test_one_variance_for_all_is_that_about_the_means():
    for count, scatter, variance in (([2, 1], [4.5, 0], 1.5), ([1, 1], [0, 0], 1)):
        side = Moments(np.array(count), np.zeros(2), np.array(scatter, float))
        scale, _ = lira._scale(side, "fixed", np.zeros(2))
        np.testing.assert_allclose(scale, np.sqrt(variance))
    # Nobody knows the scale of lone shadows: it is the same for all, and finite.
    alone = np.zeros((1, N), bool)
    found = lira.Offline().score_target(SIGNAL[0], SIGNAL[1:2], alone)
    np.testing.assert_allclose(
        found.values[0], (SIGNAL[0] - SIGNAL[1]) / np.sqrt(2), rtol=1e-9
    )


@pytest.mark.parametrize(
    ("variance", "units"),
    [("per-example", 3), ("fixed", 3), ("shrunken", 3 / 1.2**0.5)],
)
def test_constant_shadows_leave_a_deviation_of_a_millionth(variance, units):
    # The mean of five is known to a fifth of the variance.
    found = lira.Offline(variance).score_target(
        np.array([3e-6]), np.zeros((5, 1)), np.zeros((5, 1), bool)
    )
    np.testing.assert_allclose(found.values, units)


def test_shrunken_variance_is_as_strong_as_the_better_of_the_others():
    # With few shadows one variance for all is better, with many each example's own.
    for models, better in ((6, "fixed"), (64, "per-example")):
        rng = np.random.default_rng(1)
        membership = complementary_pairs(3000, models, seed=1).membership
        sigma = rng.gamma(2, size=3000)
        signal = sigma * (rng.normal(size=(models, 3000)) + membership)
        tpr = {}
        for variance in ("shrunken", better):
            scores = lira.Online(variance).score_game(signal, membership).values
            rates = [
                (row[m] > np.quantile(row[~m], 0.99)).mean()
                for m, row in zip(membership, scores, strict=True)
            ]
            tpr[variance] = np.mean(rates)
        assert tpr["shrunken"] > 0.9 * tpr[better]


def test_unknown_variance():
    with pytest.raises(ValueError, match=r"`variance` must be one of.*'global'"):
        lira.Online("global")


@pytest.mark.parametrize("variance", ["per-example", "fixed"])
def test_equals_tensorflow_privacy(variance, monkeypatch):
    monkeypatch.setattr(sys, "skip_tf_privacy_import", True, raising=False)
    tf_privacy = pytest.importorskip(
        "tensorflow_privacy.privacy.privacy_tests.membership_inference_attack"
        ".advanced_mia",
        reason="TensorFlow Privacy installs on Python 3.11 only",
    )
    scores = lira.Online(variance).score_game(SIGNAL, EQUAL).values
    for k in range(MODELS):
        others = np.delete(np.arange(MODELS), [k, k ^ 1])
        inside, outside = (
            [SIGNAL[others, i][side[others, i], None] for i in range(N)]
            for side in (EQUAL, ~EQUAL)
        )
        theirs = tf_privacy.compute_score_lira(
            SIGNAL[k][:, None],
            inside,
            outside,
            fix_variance=variance == "fixed",
            median_or_mean="mean",
        )
        # Theirs is small for members.
        np.testing.assert_allclose(scores[k], -theirs, rtol=1e-9, atol=1e-9)
