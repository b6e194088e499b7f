import keras
import numpy as np
import pytest

from keras_entropy import shadow
from keras_entropy.shadow import batches
from keras_entropy.shadow import stack
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.stack_training_test import RNG
from keras_entropy.shadow.stack_training_test import ROWS
from keras_entropy.shadow.stack_training_test import SEEDS
from keras_entropy.shadow.stack_training_test import X
from keras_entropy.shadow.stack_training_test import Y
from keras_entropy.shadow.stack_training_test import assert_model_equals
from keras_entropy.shadow.stack_training_test import convolutional_model
from keras_entropy.shadow.stack_training_test import dense_model
from keras_entropy.shadow.stack_training_test import dropout_model


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
    order = batches.batches(
        ROWS[[k]], epochs=epochs, batch_size=batch_size, seeds=SEEDS[k : k + 1]
    )
    for indices, rest in order:
        last = rest[:1] if rest.size else []
        for batch in [*indices[:, 0], *last]:
            copy.train_on_batch(x[batch], y[batch], class_weight=class_weight)
    return [keras.ops.convert_to_numpy(v.value) for v in stack.variables_of(copy)]


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


def test_models_of_one_configuration_share_the_compiled_epoch():
    one, same, other = dense_model(), dense_model(), dense_model("sgd")
    assert engine.trainer(one, 3) is engine.trainer(same, 3)
    assert engine.trainer(one, 3) is not engine.trainer(other, 3)
    start = shadow.initialize(same, [1, 2, 3])
    settings = {"epochs": 1, "batch_size": 8}
    trained = shadow.train(same, start, X, Y, ROWS, seeds=SEEDS, **settings)
    expected = keras_values(same, start, 2, X, Y, **settings)
    assert_model_equals(trained, same, 2, expected)


def test_batches_that_fit_leave_no_rest():
    model = dense_model()
    start = shadow.initialize(model, [1, 2, 3])
    settings = {"epochs": 2, "batch_size": 10}
    trained = shadow.train(model, start, X, Y, ROWS, seeds=SEEDS, **settings)
    expected = keras_values(model, start, 1, X, Y, **settings)
    assert_model_equals(trained, model, 1, expected)
