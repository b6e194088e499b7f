import dataclasses

import keras
import numpy as np
import pytest

from keras_entropy import Identity
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.training.published.mixup import Mixup
from keras_entropy.training.recipe import TrainingData

# Inputs that tell which examples a mixture is of, and in which shares.
X = np.eye(60, dtype="float32")
Y = np.arange(60) % 3


def linear(activation="softmax"):
    dense = keras.layers.Dense(3, activation=activation)
    model = keras.Sequential([keras.Input((60,)), dense])
    model.compile("adam")
    return model


def data(models=2, epochs=4):
    rows = np.arange(60).reshape(2, 30)[np.arange(models) % 2]
    return TrainingData(X, Y, rows, list(range(models)), epochs, 10)


def mixtures(recipe, given, **kwargs):
    """What the models are trained on, call after call, and the result."""
    model, calls = linear(), []

    def train(*args, **settings):
        calls.append((args[2], args[3], args[4], settings["epochs"]))
        return given.train(*args, **settings)

    recording = dataclasses.replace(given, train=train)
    stack = initialize(model, given.seeds)
    return calls, recipe(Identity(), model, stack, recording, **kwargs)


def test_inputs_and_labels_are_mixed_in_the_same_shares_of_own_examples():
    ((x, y, rows, _),), _ = mixtures(Mixup(3), data(epochs=6))
    assert x.shape == (2, 90, 60)
    np.testing.assert_array_equal(rows, np.tile(np.arange(90), (2, 1)))
    # As each example is a unit vector, a mixture lists the shares it is made of.
    np.testing.assert_allclose(x.sum(axis=-1), 1, atol=1e-6)
    assert (x >= 0).all()
    assert ((x > 0).sum(axis=-1) <= 2).all()
    np.testing.assert_allclose(y, x @ np.eye(3, dtype="float32")[Y], atol=1e-6)
    for k, own in enumerate(data().rows):
        others = np.setdiff1d(np.arange(60), own)
        assert (x[k][:, others] == 0).all()
        # Each is the first of a mixture once a set, and the second once.
        assert (x[k][:, own] > 0).sum() >= 2 * 90 - 20
    assert np.abs(x[0, :, :30] - x[1, :, 30:]).max() > 0.1


def test_the_shares_are_uniform():
    ((x, *_),), _ = mixtures(Mixup(40), data(epochs=40))
    first = x[0].reshape(40, 30, 60)[:, np.arange(30), np.arange(30)].ravel()
    first = first[first < 1]  # Not those that are mixed with themselves.
    assert first.mean() == pytest.approx(1 / 2, abs=0.03)
    assert first.var() == pytest.approx(1 / 12, abs=0.01)


@pytest.mark.parametrize(
    ("sets", "epochs", "passes"), [(10, 50, 5), (10, 4, 1), (1, 4, 4), (10, 12, 2)]
)
def test_there_are_as_many_steps_as_without_a_defense(sets, epochs, passes):
    done = []
    calls, _ = mixtures(Mixup(sets), data(epochs=epochs), progress=done.append)
    ((x, _, _, found),) = calls
    assert found == passes
    assert x.shape[1] * passes == 30 * epochs
    assert sum(done) == Mixup(sets).model_epochs(data(epochs=epochs)) == 2 * passes


def test_many_models_are_as_each_would_be_alone():
    given = data(models=10)
    calls, (found, stack) = mixtures(Mixup(2), given)
    assert len(calls) == 2
    together = predict(found, stack, X)
    alone = dataclasses.replace(given, rows=given.rows[9:], seeds=given.seeds[9:])
    _, (found, stack) = mixtures(Mixup(2), alone)
    np.testing.assert_allclose(predict(found, stack, X)[0], together[9], atol=1e-5)


def test_what_is_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"`sets` must.*sets=0"):
        Mixup(0)
    words = dataclasses.replace(data(), x=np.full((60, 60), "word"))
    with pytest.raises(ValueError, match=r"ids or words.*<U4"):
        mixtures(Mixup(), words)
