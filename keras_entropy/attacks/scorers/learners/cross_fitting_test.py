import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.slices import partitions
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.learners import cross_fitting
from keras_entropy.attacks.scorers.learners.cross_fitting import ATTACKERS
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLD_CORRELATION
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLDS
from keras_entropy.attacks.scorers.learners.cross_fitting import attack_features
from keras_entropy.attacks.scorers.learners.cross_fitting import cross_fit
from keras_entropy.attacks.scorers.learners.cross_fitting import fit_on_shadows
from keras_entropy.attacks.scorers.learners.cross_fitting import reason_without_training
from keras_entropy.attacks.scorers.learners.cross_fitting import stratified_folds
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics.roc import descending


def measure(name, outputs, labels, members, seed):
    signals = compute_signals(outputs[None], labels)
    member = np.arange(labels.size)[None] < members
    scores = ATTACK_TABLE[name].score(signals, member, seed)
    (part,) = partitions(("entire",), signals)
    order = descending(scores.values.reshape(-1))
    return Measurement(scores, member, part, order)


def test_folds_hold_the_same_share_of_both_sides():
    member = np.arange(103) < 80
    folds = stratified_folds(member, FOLDS, np.random.default_rng(0))
    for side in (member, ~member):
        sizes = np.bincount(folds[side], minlength=FOLDS)
        assert np.ptp(sizes) <= 1


@pytest.mark.parametrize("name", ATTACKERS)
def test_learned_scores_are_log_odds_of_folds_that_depend_on_each_other(name):
    outputs, labels = planted.noise("continuous", 60, np.random.default_rng(0))
    signals = compute_signals(outputs[None], labels)
    scores = cross_fit(name, signals, np.arange(60)[None] < 30, 0)
    # Whoever is likelier a member than not is called one.
    assert scores.natural
    assert scores.fold_correlation == FOLD_CORRELATION
    assert scores.excluded is None
    game = planted.noise_game("continuous", np.random.default_rng(0), 4, 12)
    of_game = compute_signals(game.outputs, game.labels)
    assert fit_on_shadows(name, of_game, game.membership, 0).natural


def test_folds_of_a_linear_learner_correlate_as_is_assumed():
    # What fold k shows of the direction is D_k; it is learned from the other folds.
    shown = np.random.default_rng(1).normal(size=(20_000, FOLDS, 30))
    learned = shown.sum(axis=1, keepdims=True) - shown
    found = np.corrcoef((learned * shown).sum(axis=2).T)
    others = found[~np.eye(FOLDS, dtype=bool)]
    assert others.mean() == pytest.approx(FOLD_CORRELATION, abs=0.01)


@pytest.mark.parametrize("side", [True, False])
def test_each_fold_needs_two_of_each_side(side):
    rng = np.random.default_rng(0)
    member = np.arange(40) < 10
    stratified_folds(member == side, FOLDS, rng)
    few = member[1:] == side
    reason = reason_without_training(few.sum(), (~few).sum())
    with pytest.raises(ValueError, match=f"non-members {reason}"):
        stratified_folds(few, FOLDS, rng)
    assert reason_without_training(10, 10) is None
    assert "9 and 30 are here" in reason_without_training(9, 30)
    assert "30 and 9 are here" in reason_without_training(30, 9)


@pytest.mark.parametrize(("models", "groups"), [(4, 2), (8, 4), (10, 5), (16, 5)])
def test_models_of_a_pair_are_in_one_group_of_at_most_five(monkeypatch, models, groups):
    seen = []

    def attacker(features, member, folds, count, rng):
        seen.append((folds.reshape(models, -1), count))
        return np.zeros(member.size)

    monkeypatch.setitem(ATTACKERS, "knn", attacker)
    outputs, labels, membership = planted.noise_game(
        "continuous", np.random.default_rng(0), models, 6
    )
    fit_on_shadows("knn", compute_signals(outputs, labels), membership, 0)
    ((folds, count),) = seen
    assert count == groups
    expected = np.arange(models) // 2 % groups
    np.testing.assert_array_equal(folds, np.tile(expected[:, None], 6))


@pytest.mark.parametrize("name", ATTACKERS)
def test_finds_what_a_threshold_cannot(name):
    # Members are extreme on both sides: no single threshold sees them.
    rng = np.random.default_rng(1)
    member = np.arange(1500) < 1000
    labels = rng.integers(0, planted.CLASSES, 1500)
    confidence = np.where(member, 2 * rng.choice([-1, 1], 1500), 0)
    confidence = 3 + confidence + rng.normal(0, 0.7, 1500)
    outputs = planted.with_confidence(confidence, labels, "even")
    assert measure("loss", outputs, labels, 1000, 0).auc == pytest.approx(0.5, abs=0.05)
    found = measure(name, outputs, labels, 1000, 0).auc[0, 0]
    assert found > (0.6 if name == "logistic" else 0.8)


@pytest.mark.parametrize("name", ATTACKERS)
def test_equal_rows_of_a_fold_get_equal_scores(name):
    rng = np.random.default_rng(2)
    member = np.arange(1200) < 1000
    features = rng.normal(size=(1200, 6))
    tied = rng.random(1200) < 0.8
    features[tied] = features[0]
    folds = stratified_folds(member, FOLDS, rng)
    scores = ATTACKERS[name](features, member, folds, FOLDS, rng)
    assert np.isfinite(scores).all()
    for fold in range(FOLDS):
        assert np.ptp(scores[tied & (folds == fold)]) == 0


@pytest.mark.parametrize("name", ATTACKERS)
def test_constant_features_score_equal(name):
    rng = np.random.default_rng(3)
    member = np.arange(300) < 200
    folds = stratified_folds(member, FOLDS, rng)
    scores = ATTACKERS[name](np.full((300, 4), 0.1), member, folds, FOLDS, rng)
    for fold in range(FOLDS):
        assert np.ptp(scores[folds == fold]) == 0


@pytest.mark.parametrize("name", ATTACKERS)
def test_held_out_labels_are_not_seen(name):
    # Changing the labels of a fold must not change the scores of that fold.
    rng = np.random.default_rng(4)
    member = rng.random(400) < 0.5
    features = rng.normal(size=(400, 5))
    folds = rng.permutation(np.arange(400) % FOLDS)
    other = np.where(folds == 2, ~member, member)
    first, second = (
        ATTACKERS[name](features, side, folds, FOLDS, np.random.default_rng(5))
        for side in (member, other)
    )
    held = folds == 2
    np.testing.assert_array_equal(first[held], second[held])
    assert not np.array_equal(first[~held], second[~held])


@pytest.mark.parametrize("law", ["continuous", "tied"])
@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("logistic", 200),
        ("knn", 120),
        ("mlp", 16),
        ("forest", 10),
        ("per_class:loss", 200),
    ],
)
def test_noise_is_unbiased_and_covered(name, runs, law):
    rng = np.random.default_rng((6, len(name)))
    aucs, covered = [], 0
    for seed in range(runs):
        outputs, labels = planted.noise(law, 700, rng)
        measurement = measure(name, outputs, labels, 600, seed)
        estimate = measurement.estimate(0)
        low, high = estimate.interval(0.95)
        aucs.append(estimate.value)
        covered += low <= 0.5 <= high
        assert measurement.advantage_null[0, 0] >= 0
    error = np.std(aucs, ddof=1) / np.sqrt(runs)
    assert abs(np.mean(aucs) - 0.5) < 4 * error
    assert stats.binom.cdf(covered, runs, 0.95) > 1e-3


@pytest.mark.parametrize("name", ["logistic", "knn"])
def test_attackers_on_shadows_find_the_leak_and_no_more(name):
    outputs, labels, membership = planted.planted_game(np.random.default_rng(7))
    signals = compute_signals(outputs[:8], labels)
    scores = fit_on_shadows(name, signals, membership[:8], 0).values
    for model in range(8):
        own = membership[model]
        rank = stats.mannwhitneyu(scores[model, own], scores[model, ~own]).statistic
        auc = rank / (own.sum() * (~own).sum())
        assert auc == pytest.approx(planted.plain_game(), abs=0.06)
    # The target's and its partner's labels must not matter.
    other = membership[:8].copy()
    other[:2] = other[1::-1]
    again = fit_on_shadows(name, signals, other, 0).values
    np.testing.assert_array_equal(scores[:2], again[:2])
    assert not np.array_equal(scores[2:], again[2:])


def test_many_classes_are_told_by_their_largest_entries():
    rng = np.random.default_rng(8)
    p = rng.dirichlet(np.ones(150), (1, 30))
    signals = compute_signals(p, rng.integers(0, 150, 30))
    features = attack_features(signals, 0, np.arange(4, 20))
    assert features.shape == (16, 13)
    np.testing.assert_array_equal(
        features[:, :10], -np.sort(-p[0, 4:20], axis=1)[:, :10]
    )


def test_features_take_rows_from_both_sides():
    rng = np.random.default_rng(9)
    p, labels = rng.dirichlet(np.ones(3), (1, 20)), rng.integers(0, 3, 20)
    halves = [compute_signals(p[:, s], labels[s]) for s in (slice(12), slice(12, 20))]
    joined, whole = halves[0].joined(halves[1]), compute_signals(p, labels)
    rows = np.array([0, 3, 11, 12, 19])
    np.testing.assert_array_equal(
        attack_features(joined, 0, rows), attack_features(whole, 0, rows)
    )


def test_of_too_many_examples_a_sample_with_the_same_share_of_members_is_used(
    monkeypatch,
):
    monkeypatch.setattr(cross_fitting, "MAX_ROWS", 60)
    outputs, labels = planted.noise("continuous", 80, np.random.default_rng(0))
    signals, member = compute_signals(outputs[None], labels), np.arange(80) < 60
    scores, other = (cross_fit("knn", signals, member[None], seed) for seed in (0, 1))
    used = ~scores.excluded[0]
    assert (used.sum(), used[member].sum()) == (60, 45)
    assert np.bincount(scores.folds[0, used]).tolist() == [12] * FOLDS
    assert (other.excluded != scores.excluded).any()
