import keras
import numpy as np
import pytest

from keras_entropy import shadow
from keras_entropy.shadow import _batches
from keras_entropy.shadow import _engine
from keras_entropy.shadow import stack

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


def augmenting_model():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Reshape((3, 2, 1)),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomTranslation(0.3, 0.3),
            keras.layers.Conv2D(4, 2, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.2, seed=1),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def keras_values(
    model, start, k, x, y, *, epochs, batch_size, class_weight=None, jit_compile=False
):
    """Train model `k` by Keras itself on the same batches."""
    copy = keras.models.clone_model(model)
    copy.compile(
        type(model.optimizer).from_config(model.optimizer.get_config()),
        model.loss,
        jit_compile=jit_compile,
    )
    values = [value[k] for value in start.values(model)]
    for variable, value in zip(stack.variables_of(copy), values, strict=True):
        variable.assign(value)
    order = _batches.batches(
        ROWS[[k]], epochs=epochs, batch_size=batch_size, seeds=SEEDS[k : k + 1]
    )
    for indices, rest in order:
        last = rest[:1] if rest.size else []
        for batch in [*indices[:, 0], *last]:
            copy.train_on_batch(x[batch], y[batch], class_weight=class_weight)
    return [keras.ops.convert_to_numpy(v.value) for v in stack.variables_of(copy)]


def assert_model_equals(trained, model, k, expected):
    for value, wanted in zip(trained.values(model), expected, strict=True):
        np.testing.assert_allclose(value[k], wanted, atol=1e-5)


MODELS = {
    "dense": dense_model,
    "activity regularisation": lambda: dense_model(activity_regularizer="l2"),
    "schedule": lambda: dense_model(
        keras.optimizers.SGD(
            keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.9), momentum=0.9
        )
    ),
    "accumulators that do not start at zero": lambda: dense_model(
        keras.optimizers.Adagrad(0.05)
    ),
    "norm clipping": lambda: dense_model(keras.optimizers.Adam(0.01, clipnorm=0.1)),
    "weight decay": lambda: dense_model(keras.optimizers.AdamW(0.01)),
    "gradient accumulation": lambda: dense_model(
        keras.optimizers.Adam(0.01, gradient_accumulation_steps=3)
    ),
    "moving average that overwrites": lambda: dense_model(
        keras.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=2)
    ),
    "constraint": lambda: dense_model(kernel_constraint="non_neg"),
    "dropout": dropout_model,
    "convolution and batch normalisation": convolutional_model,
    "augmentation": augmenting_model,
}


@pytest.mark.parametrize("name", MODELS)
def test_equals_train_on_batch(name):
    model = MODELS[name]()
    start = shadow.initialize(model, [1, 2, 3])
    settings = {"epochs": 3, "batch_size": 8}
    trained = shadow.train(model, start, X, Y, ROWS, seeds=SEEDS, **settings)
    # TensorFlow draws other random numbers under XLA, in which dense models train.
    jit = keras.backend.backend() == "tensorflow" and name == "dropout"
    for k in [2] if jit else [0, 2]:
        expected = keras_values(model, start, k, X, Y, jit_compile=jit, **settings)
        assert_model_equals(trained, model, k, expected)


@pytest.mark.parametrize("use_ema", [False, True])
def test_an_epoch_equals_that_of_fit(use_ema):
    model = dense_model(keras.optimizers.Adam(use_ema=use_ema, ema_momentum=0.9))
    start = shadow.initialize(model, [1, 2, 3])
    trained = shadow.train(
        model, start, X, Y, ROWS, epochs=1, batch_size=8, seeds=SEEDS
    )
    order = np.random.default_rng(SEEDS[1]).permutation(ROWS[1])
    start.assign_to(model, 1)
    model.fit(X[order], Y[order], epochs=1, batch_size=8, shuffle=False, verbose=0)
    expected = [keras.ops.convert_to_numpy(v.value) for v in stack.variables_of(model)]
    assert_model_equals(trained, model, 1, expected)


def test_class_weight_equals_train_on_batch():
    model = dense_model()
    start = shadow.initialize(model, [1, 2, 3])
    settings = {
        "epochs": 2,
        "batch_size": 8,
        "class_weight": {0: 5.0, 1: 1.0, 2: 0.5},
    }
    trained = shadow.train(model, start, X, Y, ROWS, seeds=SEEDS, **settings)
    expected = keras_values(model, start, 1, X, Y, **settings)
    assert_model_equals(trained, model, 1, expected)


def test_inputs_and_targets_of_each_model():
    model = dense_model(loss="mse")
    start = shadow.initialize(model, [1, 2, 3])
    own_x = X + np.arange(3, dtype="float32")[:, None, None]
    own_y = RNG.random((3, 60, 3))
    settings = {"epochs": 2, "batch_size": 8}
    trained = shadow.train(model, start, own_x, own_y, ROWS, seeds=SEEDS, **settings)
    for k in range(3):
        expected = keras_values(model, start, k, own_x[k], own_y[k], **settings)
        assert_model_equals(trained, model, k, expected)
    outputs = shadow.predict(model, trained, own_x)
    for k in range(3):
        trained.assign_to(model, k)
        np.testing.assert_allclose(
            outputs[k], model.predict_on_batch(own_x[k]), atol=1e-6
        )


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


def test_models_of_one_configuration_share_the_compiled_epoch():
    one, same, other = dense_model(), dense_model(), dense_model("sgd")
    assert _engine.trainer(one, 3) is _engine.trainer(same, 3)
    assert _engine.trainer(one, 3) is not _engine.trainer(other, 3)
    start = shadow.initialize(same, [1, 2, 3])
    settings = {"epochs": 1, "batch_size": 8}
    trained = shadow.train(same, start, X, Y, ROWS, seeds=SEEDS, **settings)
    expected = keras_values(same, start, 2, X, Y, **settings)
    assert_model_equals(trained, same, 2, expected)


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


def test_batches_that_fit_leave_no_rest():
    model = dense_model()
    start = shadow.initialize(model, [1, 2, 3])
    settings = {"epochs": 2, "batch_size": 10}
    trained = shadow.train(model, start, X, Y, ROWS, seeds=SEEDS, **settings)
    expected = keras_values(model, start, 1, X, Y, **settings)
    assert_model_equals(trained, model, 1, expected)


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
