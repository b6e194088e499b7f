from types import SimpleNamespace

import numpy as np
import pytest
from scipy import special
from scipy import stats
from sklearn import metrics

from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.shadow import stacked_moments
from keras_entropy.attacks.scorers.shadow.stacked_moments import StackedMoments
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.shadow.plan import complementary_pairs


def mean_auc(membership, values):
    rows = zip(membership, values, strict=True)
    return np.mean([metrics.roc_auc_score(*row) for row in rows])


@pytest.fixture(scope="module")
def game():
    outputs, labels, membership = planted.planted_game(np.random.default_rng(0))
    return compute_signals(outputs[:12], labels), membership[:12]


def test_numbers_that_are_read():
    # One answer that is certain, and one that is not.
    p = np.array([[[1.0, 0.0, 0.0, 0.0], [0.2, 0.5, 0.25, 0.05]]])
    signals = compute_signals(p, np.array([0, 1]))
    read = StackedMoments().read(signals)
    assert read.shape == (5, 1, 2)
    np.testing.assert_array_equal(read[0], signals.confidence)
    np.testing.assert_allclose(read[1:3, 0, 0], np.log(1e-6))
    np.testing.assert_allclose(read[1, 0, 1], np.log(signals.entropy[0, 1] + 1e-6))
    np.testing.assert_allclose(
        read[2, 0, 1], np.log(signals.modified_entropy[0, 1] + 1e-6)
    )
    np.testing.assert_allclose(read[3:, 0, 1], np.log([0.25, 0.2]))


def test_what_is_known_of_examples_is_of_the_confidence_first():
    rng = np.random.default_rng(0)
    inside, outside, variance = rng.random((3, 5, 7))
    moments = SimpleNamespace(inside=inside, outside=outside, variance=variance)
    found = stacked_moments._of_examples(moments)
    expected = [inside[0], outside[0], np.log(variance[0]), *(inside - outside)]
    np.testing.assert_array_equal(found, expected)


def test_columns_of_an_answer_by_the_two_other_pairs():
    answers = np.random.default_rng(1).normal(size=(3, 6, 8))
    membership = complementary_pairs(8, 6, seed=1).membership
    columns = stacked_moments._Columns(answers, membership)
    found = columns.of_pair(1, (1,))
    # Beside those below: two means, the scatter, and how far each number is apart.
    assert found.shape == (2, 8, 2 + 1 + 3 + 3 + 3)
    # As many others hold an example as do not: half way between is the mean of all.
    middle = answers[:, [0, 1, 4, 5]].mean(axis=1, keepdims=True)
    expected = []
    for temperature in (2, 1):
        p = special.expit(answers[0] / temperature)
        expected.append(np.log(p[2:4] / p[[0, 1, 4, 5]].mean(axis=0)))
    expected += [answers[0, 2:4], *(answers[:, 2:4] - middle)]
    np.testing.assert_allclose(found[..., :6], np.stack(expected, axis=-1))


def test_it_is_for_pairs_and_learns_from_them():
    scorer = StackedMoments()
    assert scorer.learns_from_pairs
    assert scorer.needs_pairs
    assert scorer.needs_holders


def test_it_finds_at_least_nearly_what_its_parts_find(game):
    signals, membership = game
    found = mean_auc(membership, StackedMoments()(signals, membership, 0).values)
    for name in ("lira_online", "rmia_online", "difficulty_offset"):
        values = ATTACK_TABLE[name].score(signals, membership, 0).values
        assert found > mean_auc(membership, values) - 0.01, name


def test_a_pair_has_no_part_in_its_own_attack(game):
    signals, membership = game
    before = StackedMoments()(signals, membership, 0).values
    swapped = membership.copy()
    swapped[4:6] = membership[5:3:-1]
    after = StackedMoments()(signals, swapped, 0).values
    np.testing.assert_allclose(after[4:6], before[4:6], rtol=1e-9)


def test_noise_gives_one_half(game):
    signals, _ = game
    aucs = []
    for seed in range(25):
        plan = complementary_pairs(signals.examples, 12, seed=500 + seed).membership
        aucs.append(mean_auc(plan, StackedMoments()(signals, plan, 0).values))
    assert abs(np.mean(aucs) - 0.5) < 4 * stats.sem(aucs)


def test_a_target_beside_shadows(game):
    signals, membership = game
    scorer = StackedMoments()
    read = scorer.read(signals)
    found = scorer.score_target(read[:, 0], read[:, 2:], membership[2:])
    auc = metrics.roc_auc_score(membership[0], found.values[0])
    expected = scorer(signals, membership, 0).values[0]
    assert auc == pytest.approx(
        metrics.roc_auc_score(membership[0], expected), abs=0.05
    )


def test_two_pairs_and_two_classes_give_finite_scores():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 80)
    plan = complementary_pairs(80, 4, seed=0).membership
    outputs = rng.dirichlet([1, 1], (4, 80))
    signals = compute_signals(outputs, labels)
    assert np.isfinite(StackedMoments()(signals, plan, 0).values).all()
