"""Early stopping and weight decay, against what they are by definition."""

import dataclasses

import keras
import numpy as np
import pytest
from scipy.special import softmax

from keras_entropy import Identity
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.training.from_scratch import FromScratch
from keras_entropy.training.published.shorter import Shorter
from keras_entropy.training.published.weight_decay import WeightDecay
from keras_entropy.training.recipe import TrainingData

X = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
Y = np.arange(60) % 3


def linear(optimizer, activation="softmax"):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(3, activation=activation, name="dense")
    model = keras.Sequential([keras.Input((4,)), dense])
    model.compile(optimizer)
    return model


def data(epochs=10, batch_size=16):
    rows = np.arange(60).reshape(2, 30)
    return TrainingData(X, Y, rows, [3, 4], epochs, batch_size)


def trained(recipe, model, given, **kwargs):
    stack = initialize(model, given.seeds)
    return recipe(Identity(), model, stack, given, **kwargs)


@pytest.mark.parametrize(("share", "epochs"), [(0.2, 2), (0.01, 1), (1.0, 10)])
def test_a_share_of_the_epochs_is_a_shorter_training(share, epochs):
    model, done = linear("adam"), []
    recipe = Shorter(share)
    found = trained(recipe, model, data(), progress=done.append)
    assert sum(done) == recipe.model_epochs(data()) == 2 * epochs
    expected = trained(FromScratch(), model, data(epochs))
    np.testing.assert_array_equal(predict(*found, X), predict(*expected, X))


@pytest.mark.parametrize("activation", ["softmax", None])
def test_weights_decay_by_the_gradient_of_their_squares(activation):
    # One step of gradient descent on all examples, by hand.
    model = linear(keras.optimizers.SGD(0.5), activation)
    given = data(epochs=1, batch_size=30)
    found, stack = trained(
        WeightDecay(0.1), model, given, from_logits=activation is None
    )
    kernels, biases = stack.values(found)
    start = initialize(model, given.seeds).values(model)
    for k, rows in enumerate(given.rows):
        kernel, bias = start[0][k], start[1][k]
        error = softmax(X[rows] @ kernel + bias, axis=1) - np.eye(3)[Y[rows]]
        slope = X[rows].T @ error / 30 + 2 * 0.1 * kernel
        np.testing.assert_allclose(kernels[k], kernel - 0.5 * slope, atol=1e-5)
        np.testing.assert_allclose(biases[k], bias - 0.5 * error.mean(0), atol=1e-5)


def test_layers_inside_others_decay_too_and_frozen_ones_stay():
    inputs = keras.Input((5, 4))
    recurrent = keras.layers.Bidirectional(keras.layers.SimpleRNN(2))
    frozen = keras.layers.Dense(4, trainable=False)
    inner = keras.Sequential([keras.Input((5, 4)), frozen])
    hidden = recurrent(inner(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
    model.compile("adam")
    x = np.random.default_rng(1).normal(size=(60, 5, 4)).astype("float32")
    given = dataclasses.replace(data(epochs=1), x=x)
    found, stack = trained(WeightDecay(0.5), model, given)
    stack.assign_to(found, 0)
    # Two directions of two matrices each, and the last layer's.
    squares = [
        np.square(keras.ops.convert_to_numpy(v)).sum()
        for v in found.trainable_variables
        if len(v.shape) == 2
    ]
    assert len(squares) == 5
    total = float(keras.ops.convert_to_numpy(sum(found.losses)))
    assert total == pytest.approx(0.5 * sum(squares), rel=1e-4)
    kept = next(w for w in found.weights if not w.trainable and w.shape == (4, 4))
    np.testing.assert_array_equal(kept, frozen.kernel)


def test_what_is_out_of_range_is_refused():
    for share in (0, 1.5, float("nan")):
        with pytest.raises(ValueError, match=f"`share` must be.*share={share}"):
            Shorter(share)
    with pytest.raises(ValueError, match=r"`strength` must be.*strength=-1"):
        WeightDecay(-1)
    layers = [keras.layers.LayerNormalization(name="norm"), keras.layers.Softmax()]
    bare = keras.Sequential([keras.Input((4,)), *layers])
    bare.compile("adam")
    with pytest.raises(ValueError, match=r"takes a regularizer.*norm"):
        trained(WeightDecay(), bare, data())
