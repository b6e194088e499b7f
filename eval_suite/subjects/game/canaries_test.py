import numpy as np
import pytest
from scipy import stats

from eval_suite.datasets.datasets import Dataset
from eval_suite.options.profiles import QUICK
from eval_suite.subjects.game.canaries import attacks_on_canaries
from eval_suite.subjects.game.canaries import draw_canaries
from eval_suite.subjects.game.canaries import number_of_canaries


def reference(examples=300, classes=4):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(examples, 3)).astype("float32")
    y = rng.integers(0, classes, examples)
    return Dataset("made up", "here", x, y, tuple("abcdefgh"[:classes]))


def test_canaries_are_mislabelled_copies_in_half_of_the_models():
    others = reference()
    found = draw_canaries(others, 80, 6, seed=3)
    places = [np.flatnonzero((others.x == x).all(axis=1)) for x in found.examples.x]
    rows = np.concatenate(places)
    assert len(set(rows)) == len(rows) == 80
    assert (found.examples.y != others.y[rows]).all()
    assert (found.membership.sum(axis=0) == 3).all()
    assert (found.membership[0::2] == ~found.membership[1::2]).all()


def test_wrong_labels_are_uniform_among_the_others():
    others = reference(examples=6000)
    found = draw_canaries(others, 6000, 2, seed=0)
    by_input = {x.tobytes(): y for x, y in zip(others.x, others.y, strict=True)}
    right = np.array([by_input[x.tobytes()] for x in found.examples.x])
    steps = (found.examples.y - right) % 4
    counts = np.bincount(steps, minlength=4)
    assert counts[0] == 0
    assert stats.chisquare(counts[1:]).pvalue > 0.001


def test_the_seed_decides():
    one, again, other = (draw_canaries(reference(), 40, 4, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one.examples.y, again.examples.y)
    np.testing.assert_array_equal(one.membership, again.membership)
    assert (one.membership != other.membership).any()
    assert (one.examples.x != other.examples.x).any()


def test_by_default_there_are_five_percent_and_at_most_500():
    others = reference(examples=6000)
    assert number_of_canaries(None, 1526, others) == 76
    assert number_of_canaries(None, 100_000, others) == 500
    assert number_of_canaries(None, 399, others) == 0
    assert number_of_canaries(None, 10_000, reference(classes=1)) == 0
    assert number_of_canaries(0, 1526, others) == 0
    assert number_of_canaries(100, 1526, others) == 100
    assert draw_canaries(others, 0, 4, seed=0) is None


@pytest.mark.parametrize(
    ("asked", "classes", "message"),
    [
        (21, 4, "even and at least 20.*Received: --canaries 21"),
        (18, 4, "even and at least 20"),
        (302, 4, "at most as many: 300.*Received: --canaries 302"),
        (20, 1, "second class to take wrong labels from, and the data have 1"),
    ],
)
def test_what_cannot_be_is_refused(asked, classes, message):
    with pytest.raises(ValueError, match=message):
        number_of_canaries(asked, 1000, reference(classes=classes))


def test_attacks_that_learn_from_many_records_are_left_out():
    assert attacks_on_canaries(QUICK) == [
        name for name in QUICK if name not in ("logistic", "shadow_stacked")
    ]
