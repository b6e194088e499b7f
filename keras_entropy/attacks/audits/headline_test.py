from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits import headline as headline_module
from keras_entropy.attacks.audits.headline import game_headline
from keras_entropy.attacks.audits.headline import target_headline
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics.roc import descending

ATTACKS = ("loss", "entropy", "confidence", "modified_entropy", "label_only")


def answers(rng, examples, accuracy=None):
    """Outputs of a model that knows no member, one-hot where an accuracy is given."""
    labels = rng.integers(0, 4, examples)
    if accuracy is not None:
        wrong = rng.random(examples) > accuracy
        return np.eye(4)[np.where(wrong, (labels + 1) % 4, labels)], labels
    outputs = np.exp(rng.normal(size=(examples, 4)) + 1.5 * np.eye(4)[labels])
    return outputs / outputs.sum(axis=1, keepdims=True), labels


def headline(seed, members, nonmembers, accuracy=None, attacks=ATTACKS):
    outputs, labels = answers(
        np.random.default_rng(seed), members + nonmembers, accuracy
    )
    return audit_outputs(
        *(outputs[:members], labels[:members]),
        *(outputs[members:], labels[members:]),
        attacks=attacks,
        seed=seed,
    ).strongest


def test_answers_that_are_all_right_are_no_certainty():
    found = headline(0, 300, 300, accuracy=1.0)
    assert found.auc == 0.5
    assert 0.45 < found.auc_low < 0.499
    assert 0.501 < found.auc_high < 0.55


def test_the_halves_reports_depend_on_each_other():
    # Of two attacks, each the other's opposite, the halves' accidents add up: the mean
    # is plus or minus half of the sum of their sizes, and varies by 1 + 2 / pi times as
    # much as that of independent halves.
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 100_000))
    reports = np.where(second > 0, first, -first), np.where(first > 0, second, -second)
    ratio = np.mean(reports, axis=0).var() / 0.5
    assert ratio == pytest.approx(1 + 2 / np.pi, rel=0.02)


def test_what_an_attack_does_not_score_is_in_no_half():
    rng = np.random.default_rng(4)
    values, member = rng.normal(size=(1, 60)), rng.random(60) < 0.5
    halves, left_out = rng.random(60) < 0.5, rng.random(60) < 0.4
    kept = ~left_out
    found, expected = (
        headline_module._estimates(scores, descending(scores.values[0]), *sides)
        for scores, sides in (
            (Scores(values, excluded=left_out[None]), (member, halves)),
            (Scores(values[:, kept]), (member[kept], halves[kept])),
        )
    )
    assert found == expected
    # A half without one of the sides has no estimate.
    order = descending(values[0])
    for side in (member, ~member):
        alone = Scores(values, excluded=(halves & side)[None])
        assert headline_module._estimates(alone, order, member, halves) is None


def test_the_only_attack_that_both_halves_can_report_was_not_chosen():
    values, member = np.random.default_rng(5).normal(size=(1, 60)), np.arange(60) < 30
    # The first scores a single member, which is in one of the halves.
    lone = Scores(values, excluded=((np.arange(60) > 0) & member)[None])
    results = of_a_game("a", [0.9, 0.8]), of_a_game("b", [0.6, 0.5])
    scores, orders = (lone, Scores(values)), (descending(values[0]),) * 2
    found = target_headline(results, scores, orders, member, 0, 0.95)
    assert (found.attack, found.chosen) == ("a", ("b", "b"))
    assert (found.auc, found.auc_low) == (results[1].auc, results[1].auc_low)
    assert found.auc_high == results[1].auc_high


def of_a_game(name, pair_auc, inflation=1.0, reach=0.2):
    auc = float(np.mean(pair_auc))
    return SimpleNamespace(
        **{"attack": name, "auc": auc, "advantage": 2 * auc - 1},
        **{"auc_low": auc - reach, "auc_high": auc + reach / 2},
        **{"pair_auc": np.asarray(pair_auc), "pair_inflation": inflation},
    )


@pytest.mark.parametrize("learned", [1.0, 3.0])
@pytest.mark.parametrize("options", [{}, {"confidence": 0.8}])
def test_halves_of_the_pairs_choose_what_the_others_report(learned, options):
    first = [0.6, 0.52, 0.61, 0.5, 0.64, 0.57]
    second = [0.55, 0.7, 0.5, 0.66, 0.58, 0.61]
    results = of_a_game("a", first, learned), of_a_game("b", second)
    found = game_headline(results, **options)
    # Even-numbered pairs choose the first and report the second, and the reverse.
    reported = np.where(np.arange(6) % 2 == 0, second, first)
    assert (found.attack, found.chosen) == ("b", ("a", "b"))
    assert found.advantage == results[1].advantage
    np.testing.assert_array_equal(found.pair_auc, reported)
    # The variance of one half of the pairs, that learn from each other or not.
    assert found.pair_inflation == {1.0: 2.0, 3.0: 4.5}[learned]
    error = np.sqrt(found.pair_inflation) * stats.sem(reported)
    ends = stats.t(5, reported.mean(), error).interval(options.get("confidence", 0.95))
    assert (found.auc, found.auc_low, found.auc_high) == pytest.approx(
        (reported.mean(), *np.clip(ends, 0, 1))
    )


def test_a_single_attack_of_a_game_was_not_chosen():
    pairs = [0.6, 0.52, 0.61, 0.5]
    found = game_headline([of_a_game("a", pairs)])
    assert (found.chosen, found.pair_inflation) == (("a", "a"), 1.0)
    ends = stats.t(3, np.mean(pairs), stats.sem(pairs)).interval(0.95)
    assert (found.auc_low, found.auc_high) == pytest.approx(ends)


def test_equal_pairs_are_as_sure_as_the_less_sure_attack_that_was_chosen():
    results = of_a_game("a", [0.75] * 4), of_a_game("b", [0.5] * 4)
    found = game_headline(results)
    assert found.auc == 0.75
    assert (found.auc_low, found.auc_high) == pytest.approx((0.55, 0.95))
    narrow = game_headline([of_a_game("a", [0.9] * 4, reach=0.3)])
    assert (narrow.auc_low, narrow.auc_high) == (pytest.approx(0.6), 1.0)
    low = game_headline([of_a_game("a", [0.1] * 4, reach=0.3)])
    assert (low.auc_low, low.auc_high) == (0.0, pytest.approx(0.4))


@pytest.fixture
def splits(monkeypatch):
    """The halves that headlines are chosen on, as they come."""
    found = []
    estimates = headline_module._estimates

    def recorded(scores, order, member, halves):
        found.append(halves)
        return estimates(scores, order, member, halves)

    monkeypatch.setattr(headline_module, "_estimates", recorded)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_halves_of_scores_in_folds_average_the_folds(seed, splits):
    outputs, labels = answers(np.random.default_rng(seed), 400)
    member = np.arange(400) < 150
    audit = audit_outputs(
        *(outputs[member], labels[member], outputs[~member], labels[~member]),
        attacks=("per_class:loss", "per_class:entropy"),
        seed=seed,
    )
    auc = {}
    for name in ("per_class:loss", "per_class:entropy"):
        own, folds = audit.scores(name)
        auc[name] = []
        for half in (~splits[0], splits[0]):
            beaten = pairs = 0
            for fold in set(folds):
                rows = half & (folds == fold)
                one, other = own[rows & member], own[rows & ~member]
                beaten += stats.mannwhitneyu(one, other).statistic
                pairs += one.size * other.size
            auc[name].append(beaten / pairs)
    first, second = (max(auc, key=lambda name: auc[name][half]) for half in (0, 1))
    found = audit.strongest
    assert found.chosen == (first, second)
    assert found.auc == pytest.approx((auc[second][0] + auc[first][1]) / 2)


@pytest.mark.parametrize("seed", range(6))
def test_each_half_chooses_what_the_other_reports(seed, splits):
    rng = np.random.default_rng(seed)
    outputs, labels = answers(rng, 81)
    member = np.arange(81) < 31
    found = audit_outputs(
        *(outputs[member], labels[member], outputs[~member], labels[~member]),
        attacks=("loss", "entropy"),
        seed=seed,
    ).strongest
    halves, same = splits
    np.testing.assert_array_equal(halves, same)
    assert (halves[member].sum(), halves[~member].sum()) == (16, 25)
    # Both attacks take what is small for a member's.
    scores = {
        "loss": outputs[np.arange(81), labels],
        "entropy": (outputs * np.log(outputs)).sum(axis=1),
    }
    auc = {
        name: [
            stats.mannwhitneyu(own[half & member], own[half & ~member]).statistic
            / ((half & member).sum() * (half & ~member).sum())
            for half in (~halves, halves)
        ]
        for name, own in scores.items()
    }
    first, second = (max(auc, key=lambda name: auc[name][half]) for half in (0, 1))
    assert found.chosen == (first, second)
    assert found.auc == pytest.approx((auc[second][0] + auc[first][1]) / 2)


@pytest.mark.parametrize(
    ("members", "attacks"), [(200, ("loss",)), (1, ("entropy", "loss"))]
)
def test_where_nothing_is_chosen_it_is_the_first_attacks_own_figure(members, attacks):
    outputs, labels = answers(np.random.default_rng(1), members + 200)
    audit = audit_outputs(
        *(outputs[:members], labels[:members]),
        *(outputs[members:], labels[members:]),
        attacks=attacks,
    )
    found, own = audit.strongest, audit.get(attacks[0])
    assert found.chosen == (attacks[0], attacks[0])
    assert (found.auc, found.auc_low, found.auc_high) == (
        own.auc,
        own.auc_low,
        own.auc_high,
    )


@pytest.mark.parametrize(
    ("members", "nonmembers", "accuracy"),
    [
        (2, 2, None),
        (3, 300, None),
        (10, 300, None),
        (50, 50, None),
        (200, 200, None),
        (2, 200, 0.9),
        (1000, 50, 0.98),
        (300, 300, 0.99),
    ],
)
def test_the_interval_of_noise_holds_one_half(members, nonmembers, accuracy):
    runs, covered = 60, 0
    for seed in range(runs):
        found = headline(seed, members, nonmembers, accuracy)
        assert found.auc_high > found.auc_low
        covered += found.auc_low <= 0.5 <= found.auc_high
    assert stats.binom.cdf(covered, runs, 0.95) > 1e-2
