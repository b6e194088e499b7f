import tracemalloc

import keras
import numpy as np
import pytest

from keras_entropy.queries import asking
from keras_entropy.queries.asking import ask
from keras_entropy.queries.asking import check_repeats
from keras_entropy.queries.asking import shares
from keras_entropy.queries.families.family import Family

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = np.arange(40) % 3


class Added(Family):
    """Adds 1 to the first question, 2 to the second, ..."""

    def __init__(self, name="added", most=None, step=1.0):
        super().__init__(name, most=most)
        self.step = step

    def question(self, x, y, number):
        return (x + self.step * (number + 1)).astype(x.dtype)


def answer(x):
    """Two models of three classes, whose answers depend on the inputs."""
    logits = np.stack([x, -2 * x])
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(
    ("most", "questions", "expected"),
    [
        ([None, None, None], 128, [43, 43, 42]),
        ([None, None, None, 30], 128, [33, 33, 32, 30]),
        ([None, 8, 30], 32, [12, 8, 12]),
        ([None, 8, 30], 128, [90, 8, 30]),
        ([8, 6], 128, [8, 6]),  # there are no more
        ([None, None], 4, [2, 2]),
        ([1, None], 3, [1, 2]),
    ],
)
def test_questions_are_shared_evenly(most, questions, expected):
    families = [Added(str(index), limit) for index, limit in enumerate(most)]
    assert list(shares(families, questions).values()) == expected


def test_too_few_questions_are_refused_with_the_least_number():
    families = [Added("a"), Added("b"), Added("c", most=1)]
    message = r"must be at least 5, 2 for each of the families a, b, c.*questions=4"
    with pytest.raises(ValueError, match=message):
        shares(families, 4)
    with pytest.raises(ValueError, match="different names"):
        shares([Added("a"), Added("a")], 8)
    with pytest.raises(ValueError, match="at least one"):
        shares([], 8)


def test_answers_are_those_to_the_questions():
    families = [Added("up"), Added("down", most=2, step=-1.0)]
    asked, steps = [], []

    def noted(x):
        asked.extend(question - X for question in np.split(x, len(x) // len(X)))
        return answer(x)

    found = ask(families, X, Y, 6, noted, progress=steps.append)
    moved = [question[0, 0] for question in asked]
    np.testing.assert_allclose(moved, [1, 2, 3, 4, -1, -2], atol=1e-6)
    assert sum(steps) == 6
    assert found.labels.families == ("up", "down")
    assert [len(bits) for bits in found.labels.right.values()] == [4, 2]
    right = answer(X - np.float32(2)).argmax(axis=-1) == Y
    np.testing.assert_array_equal(found.labels.right["down"][1], right)
    own = np.arange(len(X)), Y
    logit = [
        np.log(p[own] / (p.sum(axis=1) - p[own]))
        for number in (1, 2)
        for p in answer(X - np.float32(number)).astype("float64")[:1]
    ]
    np.testing.assert_allclose(
        found.confidence["down"][0], np.mean(logit, axis=0), rtol=1e-4
    )


@pytest.mark.parametrize("rows", [1, 80, 120, 10**6])
def test_questions_that_are_put_together_are_answered_alike(rows, monkeypatch):
    families = [Added("up"), Added("down", most=2, step=-1.0)]
    expected = ask(families, X, Y, 9, answer)
    sizes = []

    def noted(x):
        sizes.append(len(x))
        return answer(x)

    monkeypatch.setattr(asking, "_MOST_ROWS", rows)
    found = ask(families, X, Y, 9, noted)
    assert max(sizes) == min(max(rows // 40, 1), 7) * 40
    for family in ("up", "down"):
        np.testing.assert_array_equal(
            found.labels.right[family], expected.labels.right[family]
        )
        np.testing.assert_allclose(
            found.confidence[family], expected.confidence[family], rtol=1e-12
        )


def test_nothing_holds_all_questions_or_answers():
    x = RNG.normal(size=(2000, 3)).astype("float32")
    y = np.arange(2000) % 3
    tracemalloc.start()
    ask([Added()], x, y, 400, answer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.25 * 400 * answer(x).nbytes


def test_bad_answers_are_refused_with_what_is_wanted():
    def asked(answer, **options):
        return ask([Added()], X, Y, 2, answer, **options)

    with pytest.raises(TypeError, match="Received: None of type NoneType"):
        asked(lambda x: None)
    with pytest.raises(ValueError, match=r"`answers\[None\]`.*shape"):
        asked(lambda x: answer(x)[0])
    with pytest.raises(ValueError, match=r"shape \(2, 7, 3\) for 80 inputs"):
        asked(lambda x: answer(x)[:, :7])
    with pytest.raises(ValueError, match="pass `from_logits=True`"):
        asked(lambda x: np.stack([5 * x]))
    assert asked(lambda x: np.stack([5 * x]), from_logits=True).labels.questions == 2


def test_bad_questions_are_refused():
    def asked(family):
        return ask([family], X, Y, 2, answer)

    with pytest.raises(ValueError, match="NaN or infinity"):
        asked(Added(step=np.inf))
    with pytest.raises(ValueError, match="asks about the examples themselves"):
        asked(Added(step=0.0))
    family = Added()
    family.question = lambda x, y, number: x.astype("float64")
    with pytest.raises(TypeError, match="of the type of the examples"):
        asked(family)


class DropoutThatStaysOn(keras.layers.Dropout):
    def call(self, inputs, training=False):
        return super().call(inputs, training=True)


def with_dropout(layer):
    model = keras.Sequential(
        [keras.Input((3,)), layer, keras.layers.Dense(3, activation="softmax")]
    )
    return lambda x: model.predict(x, verbose=0)[None]


def test_a_random_model_is_told_from_one_that_repeats_itself():
    check_repeats(with_dropout(keras.layers.Dropout(0.5)), X)
    random = with_dropout(DropoutThatStaysOn(0.5))
    with pytest.raises(
        ValueError, match=r"without saying so.*`training=True`.*first 32"
    ):
        check_repeats(random, X)
    with pytest.raises(ValueError, match="'mine' claims to be deterministic"):
        check_repeats(random, X, defense="mine")


def test_rounding_is_no_randomness():
    noise = np.random.default_rng(0)
    check_repeats(lambda x: answer(x) + 1e-6 * noise.normal(size=(2, len(x), 3)), X)
    once = np.array(answer(X[:32]))

    def reused(x):  # the same buffer again, with other numbers in it
        once[:] = noise.random(once.shape)
        return once

    with pytest.raises(ValueError, match="differ by up to"):
        check_repeats(reused, X)
