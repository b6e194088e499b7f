import keras
import numpy as np
import pytest

from keras_entropy import shadow

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6)).astype("float32")
Y = RNG.integers(0, 3, size=60)
ROWS = np.stack([RNG.permutation(60)[:30] for _ in range(3)])
SEEDS = [5, 6, 7]


def dense_model(optimizer="adam", loss="sparse_categorical_crossentropy", **last):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu", kernel_regularizer="l2"),
            keras.layers.Dense(3, activation="softmax", **last),
        ]
    )
    model.compile(optimizer=optimizer, loss=loss)
    return model


def convolutional_model():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Reshape((6, 1)),
            keras.layers.Conv1D(4, 3, use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def dropout_model():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5, seed=1),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def assert_model_equals(trained, model, k, expected):
    for value, wanted in zip(trained.values(model), expected, strict=True):
        np.testing.assert_allclose(value[k], wanted, atol=1e-5)


def test_the_models_are_left_as_they_were():
    model = dense_model()
    before = [keras.ops.convert_to_numpy(v.value) for v in model.variables]
    start = shadow.initialize(model, [1, 2, 3])
    start_before = [value.copy() for value in start.values(model)]
    shadow.train(model, start, X, Y, ROWS, epochs=1, batch_size=8, seeds=SEEDS)
    assert not model.optimizer.built
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable.value), value)
    for value, wanted in zip(start.values(model), start_before, strict=True):
        np.testing.assert_array_equal(value, wanted)


def test_frozen_layers_do_not_move():
    model = dense_model()
    model.layers[0].trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    start = shadow.replicate(model, 3)
    trained = shadow.train(
        model, start, X, Y, ROWS, epochs=2, batch_size=8, seeds=SEEDS
    )
    moved = [
        (value != old).any()
        for value, old in zip(trained.values(model), start.values(model), strict=True)
    ]
    assert moved == [True, True, False, False]


def test_results_depend_on_the_seeds_alone_and_not_on_earlier_calls():
    model = dense_model()
    start = shadow.initialize(model, [1, 2, 3])
    settings = {"epochs": 2, "batch_size": 8}
    first = shadow.train(model, start, X, Y, ROWS, seeds=SEEDS, **settings)
    again = shadow.train(model, start, X, Y, ROWS, seeds=SEEDS, **settings)
    other = shadow.train(model, start, X, Y, ROWS, seeds=[8, 9, 10], **settings)
    for a, b, c in zip(*(s.values(model) for s in (first, again, other)), strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()


@pytest.mark.parametrize("models", [8, 10, 7])
def test_models_of_several_groups_equal_those_trained_alone(models):
    model = dropout_model()
    start = shadow.initialize(model, range(models))
    rows = np.stack([np.random.default_rng(k).permutation(60) for k in range(models)])
    settings = {"epochs": 3, "batch_size": 8}
    together, again = (
        shadow.train(model, start, X, Y, rows, seeds=range(models), **settings)
        for _ in range(2)
    )
    for a, b in zip(together.values(model), again.values(model), strict=True):
        np.testing.assert_array_equal(a, b)
    for k in range(models):
        alone = shadow.train(
            model, start.select([k]), X, Y, rows[[k]], seeds=[k], **settings
        )
        expected = [value[0] for value in alone.values(model)]
        assert_model_equals(together, model, k, expected)


def test_dropout_differs_between_models_of_equal_weights_and_is_repeatable():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dropout(0.5, seed=3),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    rest = shadow.initialize(model, [1, 2, 3])
    weights = shadow.Stack(
        model.weights,
        [keras.ops.convert_to_numpy(w.value)[None].repeat(3, 0) for w in model.weights],
    )
    start = weights.transfer(model, rest)
    rows = ROWS[[0, 0, 0]]
    settings = {"epochs": 1, "batch_size": 30, "seeds": [5, 5, 5]}
    first, again = (
        shadow.train(model, start, X, Y, rows, **settings).values(model)[0]
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first[0] != first[1]).any()
    assert (first[1] != first[2]).any()


def test_progress_counts_the_epochs_of_all_models():
    model = dense_model()
    done = []
    shadow.train(
        model,
        shadow.initialize(model, [1, 2, 3]),
        X,
        Y,
        ROWS,
        epochs=4,
        batch_size=100,
        seeds=SEEDS,
        progress=done.append,
    )
    assert sum(done) == 12


def uncompiled():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])


def frozen():
    model = dense_model()
    model.trainable = False
    return model


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": uncompiled}, "`model` must be compiled"),
        ({"model": frozen}, "`model` must have trainable variables"),
        ({"x": X[:, :5]}, r"`x` must have shape \(N, \*\(6,\)\).*\(60, 5\)"),
        ({"x": np.zeros((2, 60, 6))}, r"`x` must have shape.*\(2, 60, 6\)"),
        ({"y": Y[:50]}, r"`y` must hold one target for each of the 60"),
        ({"rows": ROWS + 31}, "`rows` must be integers.*between 0 and 59"),
        ({"rows": ROWS[:2]}, r"`rows` must be integers of shape \(3, m\)"),
        ({"seeds": [1]}, "`seeds` must hold one integer"),
        ({"epochs": 0}, "`epochs` must be at least 1. Received: epochs=0"),
        ({"class_weight": {0: 1.0}}, r"`class_weight` needs.*\[1, 2\]"),
    ],
)
def test_invalid_usage(change, message):
    model = change.get("model", dense_model)()
    arguments = {"x": X, "y": Y, "rows": ROWS, "seeds": SEEDS, "epochs": 1, **change}
    arguments.pop("model", None)
    with pytest.raises(ValueError, match=message):
        shadow.train(
            model, shadow.initialize(model, [1, 2, 3]), batch_size=8, **arguments
        )


def test_integers_that_the_inputs_cant_hold_are_refused():
    inputs = keras.Input((1,), dtype="int32")
    hidden = keras.layers.Flatten()(keras.layers.Embedding(8, 3)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
    stack = shadow.initialize(model, [0])
    fits = np.array([[0], [7]], dtype="int64")
    assert shadow.predict(model, stack, fits).shape == (1, 2, 3)
    np.testing.assert_array_equal(
        shadow.predict(model, stack, fits.astype("float64")),
        shadow.predict(model, stack, fits),
    )
    for wrong in (fits + 2**32, fits + 0.5):
        with pytest.raises(ValueError, match=r"model inputs of type int32 can hold"):
            shadow.predict(model, stack, wrong)
