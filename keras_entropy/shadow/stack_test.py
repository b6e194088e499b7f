import random

import keras
import numpy as np
import pytest

from keras_entropy.shadow import stack


def model_with(*layers):
    return keras.Sequential([keras.Input((4,)), *layers])


def test_initialize_is_repeatable_and_leaves_the_random_state():
    model = model_with(keras.layers.Dense(3), keras.layers.Dropout(0.5))
    state = random.getstate()
    first = stack.initialize(model, [1, 2]).values(model)
    random.random()
    again = stack.initialize(model, [1, 2]).values(model)
    random.setstate(state)
    stack.initialize(model, [1, 2])
    assert random.getstate() == state
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    kernel, _, generator = first
    assert (kernel[0] != kernel[1]).all()
    assert (generator[0] != generator[1]).any()


def test_initialize_draws_what_keras_draws():
    model = model_with(keras.layers.Dense(400))
    kernel = stack.initialize(model, range(5)).values(model)[0]
    limit = np.sqrt(6 / (4 + 400))
    assert abs(kernel).max() <= limit
    # 8,000 uniform draws: the standard error of the variance is below 1.5 %.
    assert kernel.var() == pytest.approx(limit**2 / 3, rel=0.06)


def test_a_users_seed_holds_for_weights_but_not_for_dropout():
    initializer = keras.initializers.GlorotUniform(seed=7)
    model = model_with(
        keras.layers.Dense(3, kernel_initializer=initializer),
        keras.layers.Dropout(0.5, seed=7),
    )
    kernel, _, generator = stack.initialize(model, [1, 2]).values(model)
    np.testing.assert_array_equal(kernel[0], kernel[1])
    assert (generator[0] != generator[1]).any()


def test_initialize_keeps_what_was_given():
    frozen = keras.layers.Dense(4, trainable=False)
    adapted = keras.layers.Normalization()
    adapted.adapt(np.random.default_rng(0).normal(3, 2, size=(50, 4)))
    running = keras.layers.BatchNormalization()
    model = model_with(adapted, frozen, running, keras.layers.Dense(2))
    running.moving_mean.assign(np.ones(4, "float32"))
    fresh = stack.initialize(model, [1, 2])
    for layer, kept in ((frozen, True), (adapted, True), (running, False)):
        for variable in layer.variables:
            value = fresh.values(model)[
                [id(v) for v in stack.variables_of(model)].index(id(variable))
            ]
            if kept:
                np.testing.assert_array_equal(
                    value[1], keras.ops.convert_to_numpy(variable.value)
                )
            elif variable is running.moving_mean:
                np.testing.assert_array_equal(value[1], np.zeros(4))


def test_transfer_takes_shared_variables_and_the_rest_from_the_other():
    shared = keras.layers.Dense(3)
    base = model_with(shared, keras.layers.Dense(2))
    head = model_with(shared, keras.layers.Dense(5))
    trained, rest = stack.initialize(base, [1, 2]), stack.initialize(head, [3, 4])
    moved = trained.transfer(head, rest)
    for index in (0, 1):
        np.testing.assert_array_equal(
            moved.values(head)[index], trained.values(base)[index]
        )
    for index in (2, 3):
        np.testing.assert_array_equal(
            moved.values(head)[index], rest.values(head)[index]
        )


def test_assign_to_writes_one_model_into_the_live_model():
    model = model_with(keras.layers.Dense(3))
    values = stack.initialize(model, [1, 2])
    values.assign_to(model, 1)
    np.testing.assert_array_equal(model.layers[0].kernel, values.values(model)[0][1])


def test_replicate_and_select():
    model = model_with(keras.layers.Dense(3))
    copies = stack.replicate(model, 3)
    assert len(copies) == 3
    np.testing.assert_array_equal(
        copies.values(model)[0][2],
        keras.ops.convert_to_numpy(model.layers[0].kernel.value),
    )
    some = stack.initialize(model, [1, 2, 3])
    picked = some.select([2, 0])
    np.testing.assert_array_equal(
        picked.values(model)[0], some.values(model)[0][[2, 0]]
    )


def test_metrics_are_no_part_of_a_stack():
    model = model_with(keras.layers.Dense(1))
    model.compile("sgd", "mse", metrics=["mae"])
    before = stack.replicate(model, 1)
    model.train_on_batch(np.zeros((2, 4)), np.zeros((2, 1)))
    assert len(before.values(model)) == 2


def test_invalid_usage():
    model = model_with(keras.layers.Dense(3))
    other = model_with(keras.layers.Dense(3))
    two = stack.initialize(model, [1, 2])
    with pytest.raises(ValueError, match=r"no values for some variables.*kernel"):
        two.values(other)
    with pytest.raises(ValueError, match="`rest` must hold as many models"):
        two.transfer(other, stack.initialize(other, [1]))
    with pytest.raises(ValueError, match="`model` must be built"):
        stack.initialize(keras.Sequential([keras.layers.Dense(3)]), [1])

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, inputs):
            return self.dense(inputs)

    subclassed = Subclassed()
    subclassed(np.zeros((1, 4)))
    with pytest.raises(ValueError, match="functional or sequential model"):
        stack.initialize(subclassed, [1])


def test_values_of_another_architecture_are_refused():
    wide, narrow = (
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
        for units in (3, 2)
    )
    values = stack.initialize(narrow, [0, 1]).values(narrow)
    with pytest.raises(ValueError, match=r"one architecture.*\(2, 4, 2\).*\(4, 3\)"):
        stack.Stack(stack.variables_of(wide), values)
