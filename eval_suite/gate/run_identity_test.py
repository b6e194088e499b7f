import json

import numpy as np
import pytest

from eval_suite.gate.run_identity import MismatchError
from eval_suite.gate.run_identity import _swapped
from eval_suite.gate.run_identity import check_count
from eval_suite.gate.run_identity import is_paired
from eval_suite.subjects.run_identity import examples_identity
from eval_suite.subjects.run_identity import game_identity


def draw(count, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 4)).astype("float32"), rng.integers(0, 3, count)


def identity(members, nonmembers, classes=3):
    made = examples_identity(members, nonmembers, classes)
    return json.loads(json.dumps(made))


MEMBERS, NONMEMBERS = draw(500, 0), draw(400, 1)


def first(side, count):
    return tuple(array[:count] for array in side)


def joined(one, other):
    return tuple(np.concatenate(arrays) for arrays in zip(one, other, strict=True))


def test_same_examples_are_paired():
    assert is_paired(identity(MEMBERS, NONMEMBERS), identity(MEMBERS, NONMEMBERS))


@pytest.mark.parametrize(
    "now",
    [
        (tuple(array[::-1] for array in MEMBERS), NONMEMBERS),
        (joined(MEMBERS, draw(2000, 5)), NONMEMBERS),
        (first(MEMBERS, 300), NONMEMBERS),
        (draw(500, 6), NONMEMBERS),
    ],
    ids=["other order", "grown", "shrunk", "other members"],
)
def test_examples_of_the_same_split_are_compared_unpaired(now):
    assert not is_paired(identity(MEMBERS, NONMEMBERS), identity(*now))


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ((NONMEMBERS, MEMBERS), "another split: .* changed sides"),
        ((draw(500, 7), draw(400, 8)), "another dataset: none of its members"),
    ],
)
def test_other_examples_are_refused(now, reason):
    with pytest.raises(MismatchError, match=reason):
        is_paired(identity(MEMBERS, NONMEMBERS), identity(*now))


def table(count, seed, start=0):
    rng = np.random.default_rng(seed)
    return start + rng.geometric(0.01, (count, 1)), np.zeros(count, int)


def test_rows_on_both_sides_of_a_table_tell_no_split():
    one, other = table(2000, 0), table(1500, 1)
    then = identity(one, other)
    grown = identity(joined(one, table(500, 2)), joined(other, table(50, 3)))
    assert not is_paired(then, grown)
    apart = table(2000, 0), table(1500, 1, start=2000)
    with pytest.raises(MismatchError, match="another split"):
        is_paired(identity(*apart), identity(*reversed(apart)))


@pytest.mark.parametrize("start", [0, 2**26 + 1, 2**60 + 1])
def test_wide_integers_are_told_apart(start):
    ids = start + np.arange(800)[:, None]
    sides = [(ids[rows], np.zeros(400, int)) for rows in (slice(400), slice(400, 800))]
    assert len(set(identity(*sides)["member_sketch"])) == 128
    last = [(x + (x == ids[-1]), y) for x, y in sides]
    assert not is_paired(identity(*sides), identity(*last))


@pytest.mark.parametrize("scale", [1.0, 1e-3])
def test_the_same_rows_in_another_type_are_paired(scale):
    sides = [(scale * x.astype("float64") + 0.1, y) for x, y in (MEMBERS, NONMEMBERS)]
    rounded = [(x.astype("float32"), y) for x, y in sides]
    assert is_paired(identity(*sides), identity(*rounded))
    times = [
        (1.7e9 + np.arange(200.0)[:, None] + i / 2, y[:200])
        for i, (_, y) in enumerate(sides)
    ]
    assert len(identity(*times)["member_sketch"]) == 128


def test_a_side_is_known_up_to_the_last_that_is_kept_of_it():
    # Of 128 hashes that are kept of a side, what comes behind may be there as well.
    low, high = ([f"{n:03}" for n in range(start, start + 128)] for start in (0, 200))
    assert _swapped((low, high), (high, low)) == 128
    # Of sides that are kept whole, all is known.
    assert _swapped((low[:9], high[:7]), (high[:7], low[:9])) == 16


def test_redrawn_split_is_refused():
    everything = joined(MEMBERS, NONMEMBERS)
    order = np.random.default_rng(2).permutation(900)
    sides = [tuple(a[rows] for a in everything) for rows in (order[:500], order[500:])]
    with pytest.raises(MismatchError, match="another split"):
        is_paired(identity(MEMBERS, NONMEMBERS), identity(*sides))


def test_other_classes_or_shape_are_refused():
    then = identity(MEMBERS, NONMEMBERS)
    with pytest.raises(MismatchError, match="another dataset: classes 3; now 4"):
        is_paired(then, identity(MEMBERS, NONMEMBERS, 4))
    wide = [(np.tile(x, 2), y) for x, y in (MEMBERS, NONMEMBERS)]
    with pytest.raises(MismatchError, match=r"input shape \[4\]; now \[8\]"):
        is_paired(then, identity(*wide))


def test_outputs_alone_are_paired_by_their_labels():
    sides = [(None, labels) for _, labels in (MEMBERS, NONMEMBERS)]
    assert is_paired(identity(*sides), identity(*sides))
    assert not is_paired(identity(*sides), identity(*reversed(sides)))


ASKED = {"count": 9, "families": [{"name": "noise", "questions": 9}]}
GAME = {"dataset": "digits", "digest": "ab", "classes": 10, "seed": 0, "models": 16}


def test_same_game_is_paired():
    assert is_paired(game_identity(**GAME), game_identity(**GAME))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"dataset": "mnist"}, "another dataset: dataset digits; now mnist"),
        ({"digest": "cd"}, "another dataset: it is named digits too"),
        ({"seed": 1}, "another split: seed 0; now 1"),
        ({"models": 8}, "another split: models 16; now 8"),
        ({"questions": ASKED}, r"other questions:.* none; now 9 \(9 of noise\)"),
    ],
)
def test_other_game_is_refused(change, reason):
    with pytest.raises(MismatchError, match=reason):
        is_paired(game_identity(**GAME), game_identity(**GAME | change))


@pytest.mark.parametrize("count", [0, 8, 128])
def test_as_many_questions_have_to_be_asked(count):
    then = game_identity(**GAME, questions=ASKED)
    check_count(then, 9)
    check_count(game_identity(**GAME), 0)
    with pytest.raises(MismatchError, match=r"--questions 9, or .*--update-baseline"):
        check_count(then, count)


def test_one_model_is_compared_by_the_same_questions():
    asked, unasked = (
        examples_identity(MEMBERS, NONMEMBERS, 4, questions)
        for questions in (ASKED, None)
    )
    assert is_paired(asked, asked)
    with pytest.raises(MismatchError, match=r"9 \(9 of noise\); now none"):
        is_paired(asked, unasked)


def test_kinds_do_not_mix():
    with pytest.raises(MismatchError, match="another kind of run: a membership game"):
        is_paired(game_identity(**GAME), identity(MEMBERS, NONMEMBERS))
