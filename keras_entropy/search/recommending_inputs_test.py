"""The search for models of several inputs, and of strings."""

import dataclasses

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy.search import recommending
from keras_entropy.search.candidates import CANDIDATES

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 5)).astype("float32")
Y = (X[:, :3] + RNG.normal(size=(200, 3))).argmax(axis=1)
MEMBERS, OTHERS = slice(120), slice(120, 200)


@pytest.fixture(autouse=True)
def few_layers(monkeypatch):
    monkeypatch.setattr(recommending, "CANDIDATES", CANDIDATES[:2])


def network(inputs, parts):
    first, last = (keras.initializers.GlorotUniform(seed) for seed in (1, 2))
    hidden = keras.layers.Concatenate()(parts)
    hidden = keras.layers.Dense(32, "relu", kernel_initializer=first)(hidden)
    outputs = keras.layers.Dense(3, "softmax", kernel_initializer=last)(hidden)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    return model


def found(model, x, **settings):
    def part(rows):
        return keras.tree.map_structure(lambda array: array[rows], x), Y[rows]

    given = {"epochs": 10, "models": 8, "questions": 0, **settings}
    return keras_entropy.recommend(model, part(OTHERS), members=part(MEMBERS), **given)


def test_several_inputs_are_recommended_as_one_array_that_holds_them():
    parts = {"b": keras.Input((2,), name="b"), "a": keras.Input((3,), name="a")}
    several = network(parts, [parts["a"], parts["b"]])
    one = keras.Input((5,))
    single = network(one, [one[:, :3], one[:, 3:]])
    x = {"b": X[:, 3:], "a": X[:, :3]}
    both = found(several, x, questions=0), found(single, X)
    for rows in zip(*(table.table for table in both), strict=True):
        one, other = (dataclasses.asdict(row) for row in rows)
        assert one == pytest.approx(other, abs=1e-3)
    np.testing.assert_allclose(
        both[0].model.predict(x, verbose=0),
        both[1].model.predict(X, verbose=0),
        atol=1e-4,
    )


def test_a_trainer_gets_strings_as_they_were():
    tf = pytest.importorskip("tensorflow")
    words = np.array(["low", "high"], object)[(X[:, 0] > 0).astype(int)][:, None]

    def fresh():
        inputs = {
            "number": keras.Input((5,), name="number"),
            "word": keras.Input((1,), dtype="string", name="word"),
        }
        lookup = keras.layers.StringLookup(
            vocabulary=["low", "high"], output_mode="one_hot"
        )
        return network(inputs, [inputs["number"], lookup(inputs["word"])])

    def train(x, y, seed):
        assert x["word"].dtype == tf.string
        model = fresh()
        model.fit(x, y, epochs=10, verbose=0)
        return model

    x = {"number": X, "word": words}
    model = fresh()
    members = {"number": X[MEMBERS], "word": tf.constant(words[MEMBERS])}
    model.fit(members, Y[MEMBERS], epochs=10, verbose=0)
    result = found(model, x, epochs=None, trainer=train, questions=16)
    assert result.resemblance.resembles
    assert result.table[0].asked_often is not None
    answers = result.model.predict(members, verbose=0)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
