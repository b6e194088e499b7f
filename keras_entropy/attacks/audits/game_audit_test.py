import json

import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks import GAME_ATTACKS
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks import game_headline
from keras_entropy.attacks import holm
from keras_entropy.attacks import paired_difference
from keras_entropy.attacks.controls import planted

CHEAP = ("loss", "confidence", "entropy", "modified_entropy", "label_only", "logistic")


@pytest.fixture(scope="module")
def leak():
    return planted.planted_game(np.random.default_rng(0))


def test_each_target_is_the_audit_of_that_model(leak):
    outputs, labels, membership = leak
    game = audit_game(outputs, labels, membership, attacks=CHEAP)
    for name in ("loss", "entropy", "label_only"):
        alone = []
        for model, member in zip(outputs, membership, strict=True):
            sides = model[member], labels[member], model[~member], labels[~member]
            audit = audit_outputs(*sides, attacks=name)
            alone.append(audit.attacks[0])
        result = game.get(name)
        pairs = np.reshape([one.auc for one in alone], (-1, 2)).mean(axis=1)
        np.testing.assert_allclose(result.pair_auc, pairs, atol=1e-15)
        assert result.auc == pytest.approx(pairs.mean())
        half = stats.t.ppf(0.975, pairs.size - 1) * pairs.std(ddof=1)
        expected = 2 * half / np.sqrt(pairs.size)
        assert result.auc_high - result.auc_low == pytest.approx(expected, abs=1e-15)
        assert result.advantage == pytest.approx(np.mean([o.advantage for o in alone]))
        assert result.targets == 32


def test_learner_finds_what_is_there(leak):
    game = audit_game(*leak, attacks=("loss", "logistic"))
    assert game.get("logistic").auc == pytest.approx(game.get("loss").auc, abs=0.02)


def test_fewer_targets_than_models(leak):
    outputs, labels, membership = leak
    some = audit_game(outputs, labels, membership, targets=8, attacks=CHEAP)
    alone = audit_game(outputs[:8], labels, membership[:8], attacks=CHEAP)
    assert some.rows("x") == alone.rows("x")


def test_the_folds_are_those_of_a_seed(leak):
    default, zero, one = (
        audit_game(*leak, targets=8, attacks="logistic", **options).rows("x")
        for options in ({}, {"seed": 0}, {"seed": 1})
    )
    assert default == zero != one


def test_rows_are_plain_json(leak):
    game = audit_game(*leak, attacks=CHEAP, slices=("entire", "correctness"))
    rows = json.loads(json.dumps(game.rows("base")))
    assert rows == game.rows("base")
    assert "choose" not in repr(game)
    assert {row["slice"] for row in rows} <= {"entire", "correct", "incorrect"}
    assert set(rows[0]) == {
        *("defense", "attack", "group", "slice", "auc", "auc_low", "auc_high"),
        *("advantage", "advantage_null", "tpr_at_fpr", "targets"),
        *("n_members", "n_nonmembers", "asked"),
    }
    # 400 non-members: 4 false positives at 1 %, less than one at 0.1 %.
    assert rows[0]["tpr_at_fpr"]["0.001"] is None
    assert set(rows[0]["tpr_at_fpr"]["0.01"]) == {"tpr", "low", "high", "realised_fpr"}
    assert rows[0]["tpr_at_fpr"]["0.01"]["realised_fpr"] == pytest.approx(0.01)


def test_curves_run_from_corner_to_corner(leak):
    kinds = ("entire", "correctness", "class")
    for result in audit_game(*leak, attacks=("loss", "logistic"), slices=kinds).attacks:
        curve = result.curve
        assert curve.fpr.size <= (100 if result.slice == "entire" else 25)
        assert (curve.fpr[0], curve.fpr[-1]) == (0, 1)
        assert curve.tpr[-1] == pytest.approx(1)
        assert (np.diff(curve.fpr) > 0).all()
        assert (np.diff(curve.tpr) >= -1e-12).all()
        assert ((curve.low <= curve.tpr) & (curve.tpr <= curve.high)).all()
        area = np.sum(np.diff(curve.fpr) * (curve.tpr[1:] + curve.tpr[:-1]) / 2)
        assert area == pytest.approx(result.auc, abs=0.012), result.slice


def test_a_slice_that_a_target_lacks_is_not_measured(leak):
    outputs, labels, membership = leak
    outputs = outputs.copy()
    # Model 3 is never wrong on a member.
    outputs[3, membership[3]] = np.eye(planted.CLASSES)[labels[membership[3]]]
    game = audit_game(
        outputs, labels, membership, attacks="loss", slices=("correctness",)
    )
    assert [result.slice for result in game.attacks] == ["correct"]
    assert game.not_measured[0].what == "loss on incorrect"
    whole = audit_game(outputs, labels, membership, attacks="loss")
    assert game.strongest.auc == whole.strongest.auc


@pytest.mark.parametrize("slices", ["correctness", ("class", "correctness")])
def test_the_headline_is_of_the_entire_set_whatever_slices_are_asked_for(leak, slices):
    attacks = ("loss", "entropy")
    game = audit_game(*leak, attacks=attacks, slices=slices)
    whole = audit_game(*leak, attacks=attacks)
    assert game.auc == whole.auc
    assert game.strongest.chosen == whole.strongest.chosen
    assert game.illusion_gap == whole.illusion_gap
    assert "entire" not in {result.slice for result in game.attacks}


def test_headline_is_chosen_on_one_half_of_the_pairs():
    class Result:
        def __init__(self, attack, pair_auc):
            self.attack, self.pair_auc = attack, np.array(pair_auc)
            self.auc, self.advantage = self.pair_auc.mean(), 0.1
            self.pair_inflation = 1.0

    # "even" is strong on even pairs only, so odd pairs report it, and the reverse.
    headline = game_headline(
        [Result("even", [0.9, 0.5, 0.9, 0.6]), Result("odd", [0.4, 0.8, 0.5, 0.8])]
    )
    assert headline.chosen == ("even", "odd")
    assert headline.pair_auc.tolist() == [0.4, 0.5, 0.5, 0.6]
    assert headline.auc == pytest.approx(0.5)
    assert headline.attack == "even"


def test_illusion_gap_is_paired(leak):
    game = audit_game(*leak, attacks=CHEAP)
    gap = game.illusion_gap
    assert gap.low <= gap.value <= gap.high
    assert gap.value == pytest.approx(game.strongest.auc - game.get("loss").auc)
    assert audit_game(*leak, attacks="entropy").illusion_gap is None


def test_paired_difference_is_the_paired_t_test():
    rng = np.random.default_rng(1)
    first, second = rng.normal(0.6, 0.01, 8), rng.normal(0.58, 0.01, 8)
    found = paired_difference(first, second, margin=0.01)
    expected = stats.ttest_rel(first, second + 0.01, alternative="greater")
    assert found.p_value == pytest.approx(expected.pvalue)
    interval = stats.ttest_rel(first, second).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(interval)
    assert paired_difference(first, first).p_value == 1
    assert paired_difference(first + 0.25, first).p_value < 1e-9
    with pytest.raises(ValueError, match="same pairs"):
        paired_difference(first, second[:6])
    with pytest.raises(ValueError, match="same pairs"):
        paired_difference(first, None)


def test_attacks_that_learn_from_pairs_get_wider_intervals(leak):
    outputs, labels, membership = leak
    names = ("lira_online", "lira_offline")
    for targets in (8, 32):
        game = audit_game(outputs, labels, membership, targets=targets, attacks=names)
        online, offline = (game.get(name) for name in names)
        pairs = targets // 2
        assert online.pair_inflation == pytest.approx(2 * (pairs - 1) / (pairs - 2))
        assert offline.pair_inflation == 1
        for result in (online, offline):
            values = result.pair_auc
            error = values.std(ddof=1) * np.sqrt(result.pair_inflation / pairs)
            half = stats.t.ppf(0.975, pairs - 1) * error
            assert result.auc_high - result.auc == pytest.approx(half)
    chosen = max(game.get(name).pair_inflation for name in game.strongest.chosen)
    assert game.strongest.pair_inflation == max(2, 1.5 * chosen)
    alone = audit_game(*leak, attacks="loss")
    assert alone.strongest.pair_inflation == 1
    assert alone.strongest.auc_low == alone.get("loss").auc_low
    wide = paired_difference(online, offline)
    plain = paired_difference(online.pair_auc, offline.pair_auc)
    ratio = (wide.high - wide.low) / (plain.high - plain.low)
    assert ratio == pytest.approx(np.sqrt(online.pair_inflation))


def test_four_targets_have_no_interval_and_it_is_said(leak):
    outputs, labels, membership = leak
    names = ("loss", "lira_online")
    game = audit_game(outputs, labels, membership, targets=4, attacks=names)
    for result in (*game.attacks, game.strongest):
        assert (result.auc_low, result.auc_high) == (0, 1)
    (gap,) = game.not_measured
    assert gap.what == "intervals"
    assert "4 targets are 2 pairs of models" in gap.reason
    gap = game.illusion_gap
    assert (gap.low, gap.high, gap.p_value) == (-1, 1, 1)
    six = audit_game(outputs, labels, membership, targets=6, attacks=names)
    assert not six.not_measured
    assert all(0 < result.auc_low < result.auc_high < 1 for result in six.attacks)


@pytest.mark.parametrize("attacks", [("label_only",), ("label_only", "loss")])
def test_pairs_that_all_show_one_auc_are_no_certainty(attacks):
    # Sixteen models that are right on all of 100 examples.
    _, labels, membership = planted.noise_game(
        "continuous", np.random.default_rng(0), 16, 100
    )
    outputs = np.tile(np.eye(planted.CLASSES)[labels], (16, 1, 1))
    game = audit_game(outputs, labels, membership, attacks=attacks)
    for found in (*game.attacks, game.strongest):
        assert found.auc == 0.5
        assert 0.45 < found.auc_low < 0.495
        assert 0.505 < found.auc_high < 0.55
    # One target's interval is that of its 50 : 50; eight pairs', an eighth of the
    # variance, with 7 degrees of freedom.
    alone = audit_outputs(
        *(outputs[0][membership[0]], labels[membership[0]]),
        *(outputs[0][~membership[0]], labels[~membership[0]]),
        attacks="label_only",
    ).get("label_only")
    ratio = stats.t.ppf(0.975, 7) / np.sqrt(8) / stats.t.ppf(0.975, 98)
    half = game.get("label_only").auc_high - 0.5
    assert half == pytest.approx(ratio * (alone.auc_high - 0.5), rel=0.02)


def test_the_headline_of_a_game_of_noise_is_covered():
    # What learns from the pairs raises the headline a little, and the halves' reports
    # depend on each other.
    rng = np.random.default_rng(3)
    runs, above, covered = 60, 0, 0
    attacks = (*CHEAP[:5], "lira_online")
    for _ in range(runs):
        outputs, labels, membership = planted.noise_game("continuous", rng, 16, 300)
        found = audit_game(outputs, labels, membership, attacks=attacks).strongest
        covered += found.auc_low <= 0.5 <= found.auc_high
        above += found.auc_low > 0.5
    assert stats.binom.cdf(covered, runs, 0.95) > 1e-2
    assert stats.binom.sf(above - 1, runs, 0.025) > 1e-2


def test_pairing_makes_differences_tighter_than_either_side(leak):
    outputs, labels, membership = leak
    base = audit_game(outputs, labels, membership, attacks="loss").attacks[0]
    flat = 0.5 * outputs + 0.5 / planted.CLASSES  # keeps the order of losses
    mixed = audit_game(flat, labels, membership, attacks="loss").attacks[0]
    difference = paired_difference(mixed, base)
    assert abs(difference.value) < 1e-12
    assert difference.high - difference.low < 1e-9


def test_holm_by_hand_and_monotone():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
    np.testing.assert_allclose(holm([0.5, 0.9]), [1.0, 1.0])
    assert holm([]).size == 0
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        holm([0.1, np.nan])


def test_a_headline_needs_results_of_a_game():
    sides = planted.planted(4.0, "even", np.random.default_rng(0))
    for results in ([], audit_outputs(*sides, attacks="loss").attacks):
        with pytest.raises(ValueError, match=r"needs results of `audit_game`"):
            game_headline(results)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda o, y, m: (o, y, m[:, :-1]), "one row for each model"),
        (lambda o, y, m: (o[:3], y, m[:3]), "even number of models.*3 models"),
        (lambda o, y, m: (o[:2], y, m[:2]), "even number of models.*2 models"),
        (lambda o, y, m: (o, y, m * 0.5), "must hold booleans"),
        (lambda o, y, m: (o, y, np.roll(m, 1, axis=0)), "models 0 and 1 agree on"),
        (lambda o, y, m: (o, y, np.arange(32)[:, None] % 2 + 0 * m), "0 members"),
        (lambda o, y, m: (o[0], y, m), "targets, examples, classes"),
    ],
)
def test_invalid_input(leak, change, message):
    with pytest.raises(ValueError, match=message):
        audit_game(*change(*leak), attacks="loss")


@pytest.mark.parametrize("targets", [2, 3, 34])
def test_invalid_targets(leak, targets):
    with pytest.raises(ValueError, match=f"`targets` must be even.*targets={targets}"):
        audit_game(*leak, targets=targets, attacks="loss")


def test_trained_attacks_of_small_halves_are_refused_before_work(leak):
    outputs, labels, membership = planted.noise_game(
        "continuous", np.random.default_rng(0), 6, 18
    )
    game = audit_game(outputs, labels, membership)
    left = [gap.what for gap in game.not_measured]
    assert left[:3] == [
        f"per_class:{s}" for s in ("loss", "entropy", "modified_entropy")
    ]
    assert left[3:] == ["logistic", "mlp", "knn", "forest"]
    assert {row.attack for row in game.attacks}.isdisjoint(left)
    with pytest.raises(ValueError, match=r"forest needs at least 10.*9 and 9 are"):
        audit_game(outputs, labels, membership, attacks=("forest", "loss"))


def test_unknown_attack(leak):
    with pytest.raises(ValueError, match=r"modified_entropy.*Received"):
        audit_game(*leak, attacks="magic")
    assert set(CHEAP) <= set(GAME_ATTACKS)
