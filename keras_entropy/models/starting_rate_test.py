"""Models are trained anew as they were compiled, not as a callback left them."""

import keras
import numpy as np
import pytest

from keras_entropy import catalog
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.models.copies import compiled_as_before
from keras_entropy.models.copies import copy_of
from keras_entropy.models.copies import unused_optimizer
from keras_entropy.models.starting_rate import check_rate
from keras_entropy.models.starting_rate import optimizer_at
from keras_entropy.models.starting_rate import present_rate
from keras_entropy.models.starting_rate import starting_rate
from keras_entropy.shadow import Runner
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.shadow import train

EPOCHS = 30


def draw():
    rng, centres = (np.random.default_rng(seed) for seed in (0, 98))
    y = rng.integers(0, 3, 1200)
    x = centres.normal(size=(3, 6))[y] + rng.normal(size=(1200, 6))
    return x.astype("float32"), y


X, Y = draw()


def classifier(optimizer="adam"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def lowered(epoch, rate):
    return 0.005 if epoch < 25 else rate * 0.1


def fitted(*callbacks, optimizer="adam"):
    model = classifier(optimizer)
    model.fit(X[:600], Y[:600], epochs=EPOCHS, verbose=0, callbacks=callbacks)
    return model


@pytest.fixture(scope="module")
def slowed():
    return fitted(keras.callbacks.LearningRateScheduler(lowered))


def accuracy(answers):
    return (answers[900:].argmax(axis=-1) == Y[900:]).mean()


def test_the_rate_of_the_start_is_found_in_the_log_of_fit(slowed):
    assert present_rate(slowed.optimizer) == pytest.approx(5e-8)
    assert starting_rate(slowed) == 0.005
    plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=2, min_delta=9.0)
    plateaued = fitted(plateau, optimizer=keras.optimizers.SGD(0.5))
    assert present_rate(plateaued.optimizer) < 0.5
    assert starting_rate(plateaued) == 0.5
    warm = keras.callbacks.LearningRateScheduler(
        lambda epoch: 1e-6 if not epoch else 0.02 / epoch
    )
    assert starting_rate(fitted(warm)) == pytest.approx(0.02)
    assert starting_rate(fitted()) == 0.001
    decay = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    assert starting_rate(classifier(keras.optimizers.Adam(decay))) is None


def test_build_trains_at_the_rate_of_the_start(slowed):
    # The oracle: Keras' own `fit` at the first rate, with the recipe's loss.
    expected = classifier(keras.optimizers.Adam(0.005))
    expected.compile(
        keras.optimizers.Adam(0.005),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    )
    one_hot = np.eye(3)[Y[:600]]
    expected.fit(X[:600], one_hot, epochs=EPOCHS, verbose=0)
    settings = {"epochs": EPOCHS, "verbose": False}
    with pytest.warns(UserWarning, match=r"was 0.005 while it was trained"):
        built = catalog.build("label-smoothing", slowed, X[:600], Y[:600], **settings)
    right = accuracy(expected.predict(X, verbose=0))
    assert right > 0.7
    assert accuracy(built.predict(X, verbose=0)) == pytest.approx(right, abs=0.04)
    with pytest.warns(UserWarning, match=r"answers \d+ % of its training examples"):
        slow = catalog.build(
            "label-smoothing",
            slowed,
            X[:600],
            Y[:600],
            learning_rate=5e-8,
            **settings,
        )
    assert accuracy(slow.predict(X, verbose=0)) < right - 0.2


@pytest.mark.parametrize("through", [train, Runner().train], ids=["train", "Runner"])
def test_shadows_are_trained_at_the_rate_of_the_start(slowed, through):
    rows = np.array([np.random.default_rng(s).permutation(900)[:600] for s in (1, 2)])
    seeds = (3, 4)
    plan = {"epochs": EPOCHS, "batch_size": 32, "seeds": seeds}
    start = initialize(slowed, seeds)
    with pytest.warns(UserWarning, match=r"trained anew at 0.005"):
        stack = through(slowed, start, X, Y, rows, **plan)
    found = predict(slowed, stack, X)
    # The oracle: a model that was compiled at that rate and never trained.
    fresh = classifier(keras.optimizers.Adam(0.005))
    values = start.values(slowed)
    again = train(fresh, type(start)(fresh.variables, values), X, Y, rows, **plan)
    np.testing.assert_allclose(found, predict(fresh, again, X), atol=1e-5)
    assert min(map(accuracy, found)) > 0.7


def test_a_saved_model_has_no_log_and_the_user_says_the_rate(slowed, tmp_path):
    slowed.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert compiled_as_before(loaded) is loaded
    again = compiled_as_before(loaded, learning_rate=0.005)
    assert present_rate(again.optimizer) == 0.005
    assert present_rate(loaded.optimizer) == pytest.approx(5e-8)
    assert again.layers[-1] is loaded.layers[-1]
    assert again.loss == loaded.loss


def test_what_is_left_as_it_is():
    model = fitted()
    assert compiled_as_before(model) is model
    assert unused_optimizer(model).get_config() == model.optimizer.get_config()
    decay = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    scheduled = classifier(keras.optimizers.Adam(decay))
    assert compiled_as_before(scheduled) is scheduled
    constant = compiled_as_before(scheduled, learning_rate=0.02)
    assert present_rate(constant.optimizer) == 0.02
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1))
    assert present_rate(optimizer_at(scaled, 0.2)) == 0.2
    assert present_rate(scaled) == 0.1


def test_a_loss_that_keras_cant_build_again_is_not_needed(slowed):
    model = classifier()
    model.compile("adam", lambda y, p: -keras.ops.log(p[:, 0]))
    copy = copy_of(model)
    np.testing.assert_array_equal(to_numpy(copy(X[:5])), to_numpy(model(X[:5])))
    built = catalog.build("M-6", model, X, Y, epochs=150, verbose=False)
    assert accuracy(built.predict(X, verbose=0)) > 0.5


def test_wrong_rates_are_refused():
    for wrong in (0, -1.0, float("nan"), float("inf"), "fast", True):
        with pytest.raises(ValueError, match="`learning_rate` must be a positive"):
            check_rate(wrong)
    model = classifier()
    with pytest.raises(ValueError, match="`learning_rate` must be a positive"):
        catalog.build("M-17", model, X, Y, learning_rate=0)
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        catalog.build("M-17", model, X, Y, epochs=0)

    class Own(keras.Model):
        def compute_loss(self, *args, **kwargs):
            return super().compute_loss(*args, **kwargs)

    own = Own(model.inputs, model.outputs)
    own.compile("adam", "sparse_categorical_crossentropy")
    assert compiled_as_before(own) is own
    with pytest.raises(ValueError, match="its own `compute_loss`"):
        compiled_as_before(own, learning_rate=0.5)
