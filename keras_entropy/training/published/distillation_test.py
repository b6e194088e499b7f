import dataclasses

import keras
import numpy as np
import pytest
from scipy.special import softmax

from keras_entropy import Identity
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.training.published.distillation import Distillation
from keras_entropy.training.recipe import TrainingData

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4)).astype("float32")
Y = np.arange(60) % 3
REFERENCE = RANDOM.normal(size=(30, 4)).astype("float32"), np.arange(30) % 3


def linear(optimizer="adam", activation="softmax", units=3):
    dense = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input((4,)), dense])
    model.compile(optimizer)
    return model


def data(epochs=2):
    rows = np.arange(60).reshape(2, 30)
    return TrainingData(X, Y, rows, [3, 4], epochs, 16, reference=REFERENCE)


def recorded(given):
    """The data, and what it is trained with, call after call."""
    calls = []

    def train(*args, **kwargs):
        calls.append(args)
        return given.train(*args, **kwargs)

    return dataclasses.replace(given, train=train), calls


def distilled(model, given, teachers, **kwargs):
    return Distillation(mixtures=2)(Identity(), model, teachers, given, **kwargs)


def test_the_student_sees_no_private_example_and_no_label():
    model, given = linear(), data()
    teachers = initialize(model, [7, 8])
    expected = predict(*distilled(model, given, teachers), X)
    others = dataclasses.replace(
        given, x=X[::-1] + 1, y=(Y + 1) % 3, reference=(REFERENCE[0], Y[:30] * 0)
    )
    found = predict(*distilled(model, others, teachers), X)
    np.testing.assert_array_equal(found, expected)
    assert (
        np.abs(
            predict(*distilled(model, given, initialize(model, [1, 2])), X) - expected
        ).max()
        > 1e-3
    )


@pytest.mark.parametrize("activation", ["softmax", None])
def test_a_step_is_towards_the_answers_of_its_own_teacher(activation):
    model = linear(keras.optimizers.SGD(0.5), activation)
    given, calls = recorded(dataclasses.replace(data(1), batch_size=90))
    teachers = initialize(model, [7, 8])
    found, stack = distilled(model, given, teachers, from_logits=activation is None)
    (call,) = calls
    x, y = call[2:4]
    assert x.shape == (90, 4)
    np.testing.assert_array_equal(x[:30], REFERENCE[0])
    own, start = teachers.values(model), initialize(model, given.seeds).values(model)
    for k in range(2):
        said = softmax(x @ own[0][k] + own[1][k], axis=1)
        np.testing.assert_allclose(y[k], said, atol=1e-5)
        error = softmax(x @ start[0][k] + start[1][k], axis=1) - said
        expected = start[0][k] - 0.5 * x.T @ error / 90
        np.testing.assert_allclose(stack.values(found)[0][k], expected, atol=1e-5)


def test_mixtures_lie_between_two_reference_examples():
    model = linear()
    given, calls = recorded(data(1))
    given = dataclasses.replace(given, reference=(np.eye(30, dtype="float32"), Y[:30]))
    wide = keras.Sequential([keras.Input((30,)), keras.layers.Dense(3, "softmax")])
    wide.compile("adam")
    distilled(wide, given, initialize(wide, [7, 8]))
    shares = calls[0][2][30:]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    assert (shares >= 0).all()
    assert ((shares > 0).sum(axis=1) <= 2).all()
    assert shares.std() > 0.1
    assert model is not wide


def test_one_sigmoid_unit():
    model = linear(activation="sigmoid", units=1)
    given = dataclasses.replace(data(), y=Y % 2)
    found, stack = distilled(model, given, initialize(model, [7, 8]))
    assert predict(found, stack, X).shape == (2, 60, 2)


def test_progress_adds_up():
    model, done = linear(), []
    distilled(model, data(), initialize(model, [7, 8]), progress=done.append)
    assert sum(done) == Distillation().model_epochs(data()) == 4


def test_what_can_not_be_mixed_is_refused_before_anything_is_trained():
    inputs = keras.Input((4,))
    hidden = keras.layers.Flatten()(keras.layers.Embedding(9, 2, name="words")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
    given, calls = recorded(data())
    teachers = initialize(model, [7, 8])
    with pytest.raises(ValueError, match=r"ids or words.*layers \['words'\]"):
        Distillation()(Identity(), model, teachers, given)
    assert not calls
    with pytest.raises(ValueError, match="reference=NoneType"):
        distilled(linear(), dataclasses.replace(data(), reference=None), teachers)
