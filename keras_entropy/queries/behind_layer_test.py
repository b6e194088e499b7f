import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks.neighbors import NeighborSums
from keras_entropy.queries.behind_layer import FEW
from keras_entropy.queries.behind_layer import ask_behind_layer

COUNT = 40
LABELS = np.random.default_rng(1).integers(0, 3, 50)
X = np.random.default_rng(0).normal(size=(COUNT, 50, 3))


def without(x):
    return special.softmax(2 * x, axis=-1)[None]


@pytest.fixture
def asked():
    """Function that asks, and a list of the numbers of questions."""
    counts = []

    def ask(answer, count):
        counts.append(count)
        sums = NeighborSums(LABELS)
        for x in X[:count]:
            sums.add("noise", answer(x))
        return sums.result()

    return ask, counts


def test_a_layer_that_keeps_the_label_shares_what_is_known(asked):
    ask, counts = asked
    known = ask(without, COUNT)

    def flattened(x):
        return (without(x) + 1) / 4

    found = ask_behind_layer(ask, COUNT, flattened, without, known)
    assert counts == [COUNT, FEW]
    assert found.labels is known.labels
    np.testing.assert_array_equal(
        found.confidence["noise"], ask(flattened, FEW).confidence["noise"]
    )


def test_a_layer_that_changes_one_label_is_asked_everything(asked):
    ask, counts = asked
    known = ask(without, COUNT)

    def changed(x):
        answers = without(x)
        if np.array_equal(x, X[FEW - 1]):
            answers[0, 7] = np.roll(answers[0, 7], 1)
        return answers

    found = ask_behind_layer(ask, COUNT, changed, without, known)
    assert counts == [COUNT, FEW, COUNT]
    assert found.labels is not known.labels
    assert found.labels.questions == COUNT


def test_fewer_questions_than_few_are_all(asked):
    ask, counts = asked
    known = ask(without, 5)
    ask_behind_layer(ask, 5, without, without, known)
    assert counts == [5, 5]
