import numpy as np
import pytest

from keras_entropy.search.choice import asked_often
from keras_entropy.search.choice import change
from keras_entropy.search.choice import choose
from keras_entropy.search.choice import halves
from keras_entropy.search.points import Point

PAIRS = 8
EVEN, ODD = halves(PAIRS)


def point(by_attack, nll=1.0, name="a"):
    """A point whose attacks have these AUCs `(attacks, pairs)`."""
    by_attack = np.asarray(by_attack, float)
    halved = [by_attack[:, half].mean(axis=1) for half in (EVEN, ODD)]
    first, second = (int(means.argmax()) for means in halved)
    pair_auc = np.where(EVEN, by_attack[second], by_attack[first])
    best = tuple(float(means.max()) for means in halved)
    flat = np.full(PAIRS, nll)
    return Point(
        name=name,
        attack="",
        pair_auc=pair_auc,
        accuracy=flat,
        nll=flat,
        ece=flat,
        keeps_argmax=True,
        asked_once=pair_auc,
        half_auc=best,
        asked_often=pair_auc,
        pair_inflation=2.0,
        half_often=best,
    )


def level(auc, spread=0.0, **settings):
    values = auc + spread * np.tile([1, 1, -1, -1], 2)
    return point([values], **settings)


def test_the_lowest_auc_is_chosen_and_among_equals_the_better_answers():
    points = [level(0.7), level(0.6), level(0.604, nll=0.5), level(0.5), level(0.8)]
    assert choose(points, [True, True, True, False, True], half=0) == 2
    assert choose(points, [True] * 5, half=0) == 3


def test_nothing_is_chosen_that_leaks_more_or_is_not_allowed():
    assert choose([level(0.6), level(0.61, nll=0.1)], [True, True], half=0) == 0
    assert choose([level(0.6), level(0.5)], [False, False], half=0) == 0


def test_each_half_chooses_by_its_own_pairs():
    first = point([np.where(EVEN, 0.5, 0.7)])
    second = point([np.where(EVEN, 0.7, 0.5)])
    points = [level(0.8), first, second]
    assert [choose(points, [True] * 3, half=half) for half in (0, 1)] == [1, 2]


def test_the_reported_figure_is_not_flattered_by_the_choice():
    """Thirty defenses worth the same, each under ten attacks of equal force."""
    random = np.random.default_rng(0)
    reported, chose = [], []
    for _ in range(400):
        points = [point(np.full((10, PAIRS), 0.9))]
        points += [point(random.normal(0.6, 0.02, (10, PAIRS))) for _ in range(30)]
        taken = points[choose(points, [True] * 31, half=0)]
        reported.append(taken.pair_auc[ODD].mean())
        chose.append(taken.pair_auc[EVEN].mean())
    error = np.std(reported) / np.sqrt(len(reported))
    assert np.mean(reported) == pytest.approx(0.6, abs=4 * error)
    # What the same figures say on the half that chose: the bias there is to avoid.
    assert np.mean(chose) < 0.6 - 4 * error


def test_what_repeated_questions_leave_is_not_flattered_either():
    random = np.random.default_rng(1)
    left, protected = [], 0
    for _ in range(300):
        points = [point(random.normal(0.62, 0.02, (1, PAIRS)))]
        # Exactly half of the signal remains behind each of thirty.
        points += [point(random.normal(0.56, 0.02, (5, PAIRS))) for _ in range(30)]
        found = asked_often(points, ([True] * 31, [True] * 31))
        left.append(found.left.value)
        protected += found.verdict == "protected"
    error = np.std(left) / np.sqrt(len(left))
    assert np.mean(left) == pytest.approx(0.56, abs=4 * error)
    assert protected <= 0.05 * 300


@pytest.mark.parametrize(
    ("base", "best", "spread", "verdict"),
    [
        (0.62, 0.61, 0.002, "unprotected"),
        (0.62, 0.53, 0.002, "protected"),
        (0.62, 0.57, 0.05, "unclear"),
        (0.50, 0.50, 0.01, "no signal"),
    ],
)
def test_the_verdict_on_repeated_questions(base, best, spread, verdict):
    points = [level(base), level(best, spread, name="best"), level(0.9)]
    found = asked_often(points, ([True] * 3, [True] * 3))
    assert found.verdict == verdict
    assert found.names == ("best",)
    assert found.left.low <= best <= found.left.high


def test_only_what_is_allowed_counts_against_repeated_questions():
    points = [level(0.62), level(0.5), level(0.61, name="allowed")]
    only = [True, False, True]
    assert asked_often(points, (only, only)).names == ("allowed",)
    none = [True, False, False]
    assert asked_often(points, (none, none)) is None


def test_a_change_is_paired():
    base = level(0.6, 0.1)
    found = change(level(0.58, 0.1), base, ODD)
    assert (found.low, found.high) == pytest.approx((-0.02, -0.02))
