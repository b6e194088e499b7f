import contextlib

import numpy as np
import pytest
from scipy import special

from eval_suite.subjects.questions import SOME
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.questions import keeps_label
from keras_entropy import catalog
from keras_entropy.queries.behind_layer import FEW
from keras_entropy.queries.families.family import Family

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = RNG.integers(0, 3, 40)


class Shifted(Family):
    """Adds 0, 1, 2 ... to all features."""

    def question(self, x, y, number):
        return x + np.float32(number)


def asked(count=40):
    return Questions(X, Y, [Shifted("up"), Shifted("down")], count)


class Models:
    """Two models that answer with a softmax, and how often they are asked."""

    def __init__(self, bend=lambda rows: rows):
        self.bend = bend
        self.asked = 0

    def __call__(self, x):
        self.asked += len(x) // len(X)
        return self.bend(special.softmax(np.stack([x, 2 * x]), axis=-1))


@contextlib.contextmanager
def silent(title, total):
    done = []
    yield done.append
    assert sum(done) == total


def test_all_questions_are_answered():
    models = Models()
    found = asked().ask_all(models, "base", silent)
    assert models.asked == 40
    assert {name: len(bits) for name, bits in found.labels.right.items()} == {
        "up": 20,
        "down": 20,
    }
    # To add the same to all features changes no softmax.
    right = Models()(X).argmax(axis=-1) == Y
    np.testing.assert_array_equal(found.labels.share(), right)


def sharpened(rows):
    return rows**2 / (rows**2).sum(axis=-1, keepdims=True)


def test_a_layer_that_keeps_the_label_shares_it_and_is_asked_little():
    questions = asked()
    undefended, layer = Models(), Models(sharpened)
    known = questions.ask_all(undefended, "base", silent)
    found = questions.ask_layer(layer, undefended, known, "sharper", silent)
    assert found.labels is known.labels
    assert layer.asked == FEW + 1  # and the examples themselves
    own = questions.ask_all(layer, "sharper", silent)
    for family, expected in own.confidence.items():
        np.testing.assert_allclose(found.confidence[family], expected, atol=1e-4)
        np.testing.assert_array_equal(
            own.labels.right[family], known.labels.right[family]
        )


def test_a_layer_that_changes_one_label_is_asked_everything():
    def once_wrong(rows):
        rows = rows.copy()
        rows[1, 7 :: len(X)] = np.roll(rows[1, 7 :: len(X)], 1, axis=-1)
        return rows

    questions = asked()
    undefended, layer = Models(), Models(once_wrong)
    known = questions.ask_all(undefended, "base", silent)
    found = questions.ask_layer(layer, undefended, known, "wrong", silent)
    assert found.labels is not known.labels
    assert layer.asked == 1 + 40  # as the examples themselves show it
    differs = found.labels.share() != known.labels.share()
    assert not differs[0].any()


def test_a_layer_that_changes_a_label_of_a_neighbor_alone_is_asked_everything():
    def wrong_far_away(rows):
        return np.where(rows.max(axis=-1, keepdims=True) > 0.999, rows[..., ::-1], rows)

    x = np.full((40, 3), 0.1, "float32")
    x[:, 0] = 0.2

    class Grown(Family):
        def question(self, x, y, number):
            return x * np.float32(number + 1) ** 2

    questions = Questions(x, Y, [Grown("grown")], 20)
    undefended, layer = Models(), Models(wrong_far_away)
    known = questions.ask_all(undefended, "base", silent)
    found = questions.ask_layer(layer, undefended, known, "wrong", silent)
    assert layer.asked == 1 + FEW + 20
    assert (found.labels.share() != known.labels.share()).any()


def test_what_is_asked_is_told():
    assert asked(9).row() == {
        "count": 9,
        "families": [
            {"name": "up", "questions": 5},
            {"name": "down", "questions": 4},
        ],
    }
    assert asked(9).key() != asked(8).key()


def test_neighbors_of_the_users_own_are_beside_those_that_fit():
    def doubled(x, seed):
        return (2 + seed % 97) * x

    def halved(x, seed):
        return x / (2 + seed % 97)

    first, other = (
        Questions.about(X, Y, reference=(X, Y), count=40, own=own, seed=0)
        for own in (doubled, halved)
    )
    names = [family["name"] for family in first.row()["families"]]
    assert names[-1] == "given"
    assert len(names) > 2
    assert first.row() == other.row()
    # What they make is told apart by more than their name.
    assert (first.key()["own"][0] != other.key()["own"][0]).any()


def test_too_few_questions_are_refused():
    with pytest.raises(ValueError, match="at least 4"):
        asked(3)


def test_layers_that_keep_the_label():
    names = ("temperature", "binned-1", "gaussian-noise-keyed", "hamp")
    assert all(keeps_label(catalog.get(name)) for name in names)
    others = ("M-1", "M-17", "gaussian-noise", "hamp-training", "label-smoothing")
    assert not any(keeps_label(catalog.get(name)) for name in others)


def test_a_layer_that_answers_by_iteration_is_asked_some():
    questions = asked(SOME + 8)
    slow, quick = Models(), Models()
    questions.ask_all(slow, "slow", silent, iterates=True)
    questions.ask_all(quick, "quick", silent)
    assert (slow.asked, quick.asked) == (SOME, SOME + 8)
