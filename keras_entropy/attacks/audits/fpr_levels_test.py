import numpy as np
import pytest
from scipy import special
from scipy import stats

from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits.fpr_levels import carried_levels
from keras_entropy.attacks.audits.fpr_levels import check_levels
from keras_entropy.attacks.audits.fpr_levels import level_key
from keras_entropy.attacks.audits.fpr_levels import needed_nonmembers


def play(rng, models, examples, shift=0.0):
    """A game of one sigmoid unit: unit Gaussians, those of members shifted."""
    member = np.empty((models, examples), bool)
    for first in range(0, models, 2):
        member[first] = rng.permutation(examples) < examples // 2
        member[first + 1] = ~member[first]
    outputs = special.expit(rng.normal(size=member.shape) + shift * member)
    return outputs[..., None], np.ones(examples, int), member


@pytest.mark.parametrize("shift", [0.0, 1.0])
@pytest.mark.parametrize("level", [0.01, 0.05])
def test_the_rate_of_a_game_is_that_of_the_level(shift, level):
    rng = np.random.default_rng(0)
    key, runs, found, covered = level_key(level), 40, [], 0
    truth = special.ndtr(shift + special.ndtri(level))
    for _ in range(runs):
        game = play(rng, 16, 1000, shift)
        audit = audit_game(*game, attacks="loss", fpr_levels=(level,))
        point = audit.get("loss").tpr_at_fpr[key]
        assert point.realised_fpr == pytest.approx(level)
        found.append(point.tpr)
        covered += point.low <= truth <= point.high
    error = np.std(found) / np.sqrt(runs)
    # The ROC curve bends, so its mean at a threshold that is estimated is a bit below.
    bend = 0.02 * truth if shift else 0
    assert np.mean(found) == pytest.approx(truth, abs=4 * error + bend)
    assert stats.binom.cdf(covered, runs, 0.95) > 1e-2


@pytest.mark.parametrize("level", [0.05, 0.0001])
def test_any_level_may_be_asked_of_one_target(level):
    rng, members = np.random.default_rng(1), 200
    nonmembers = round(10 / level)
    outputs = rng.random(members + nonmembers)
    labels = np.ones(members + nonmembers, int)
    sides = outputs[:members], labels[:members], outputs[members:], labels[members:]
    audit = audit_outputs(*sides, attacks="loss", fpr_levels=(level,))
    ((key, point),) = audit.get("loss").tpr_at_fpr.items()
    assert key == {0.05: "0.05", 0.0001: "0.0001"}[level]
    assert point.realised_fpr == pytest.approx(level, rel=1e-3)
    assert point.low <= level <= point.high


def test_where_too_few_are_there_a_level_is_refused_with_what_would_do():
    game = play(np.random.default_rng(2), 6, 400)
    with pytest.raises(ValueError, match=r"200 non-members.*rate of 0\.0001.*16,667"):
        audit_game(*game, attacks="loss", fpr_levels=(0.01, 0.0001))
    sides = (np.full((200, 2), 0.5), np.zeros(200, int)) * 2
    with pytest.raises(ValueError, match=r"rate of 0\.02: 500 would do\. Give more"):
        audit_outputs(*sides, attacks="loss", fpr_levels=(0.02,))
    # What nobody asked for is left out without a word.
    assert audit_outputs(*sides, attacks="loss").get("loss").tpr_at_fpr == {
        "0.01": None,
        "0.001": None,
    }


@pytest.mark.parametrize(
    ("nonmembers", "targets", "level"),
    [(500, 1, 0.02), (16_667, 6, 0.0001), (19, 32, 0.05), (999, 64, 0.0005 * 2)],
)
def test_what_would_do_does(nonmembers, targets, level):
    assert check_levels((level,), nonmembers, targets)
    if level not in (0.01, 0.001):
        with pytest.raises(ValueError, match=f"{nonmembers:,} would do"):
            check_levels((level,), nonmembers - 1, targets)


def test_levels_that_are_not_carried_are_left_out():
    levels = (0.001, 0.02, 0.05)
    assert carried_levels(levels, 499) == (0.001, 0.05)
    assert carried_levels(levels, 500) == levels
    assert carried_levels(levels, 250, targets=2) == levels
    # In five folds of at least 19 the threshold for 5 % is there.
    assert needed_nonmembers(0.05, 100, folds=5) == 95
    assert needed_nonmembers(0.05, 100) == 19
    assert needed_nonmembers(0.02) == 500


@pytest.mark.parametrize("levels", [0.05, "0.05"])
def test_one_rate_is_no_sequence_of_them(levels):
    with pytest.raises(ValueError, match=r"must be a sequence of false positive rates"):
        check_levels(levels, 1000)


@pytest.mark.parametrize("level", ["0.05", 0, 1.0, np.nan, -0.1, True])
def test_what_is_no_rate_is_refused(level):
    with pytest.raises(ValueError, match=r"must hold false positive rates.*Received: "):
        check_levels((level,), 1000)
