import keras
import numpy as np
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("is for TensorFlow", allow_module_level=True)

import tensorflow as tf

from keras_entropy.shadow.backends import optimizer_steps

OPTIMIZERS = [
    keras.optimizers.SGD(0.1),
    keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
    keras.optimizers.Adam(0.01),
    keras.optimizers.Adam(0.01, amsgrad=True, clipvalue=0.1),
    keras.optimizers.Adamax(0.01),
    keras.optimizers.Nadam(0.01),
    keras.optimizers.RMSprop(0.01, momentum=0.9, centered=True),
    keras.optimizers.Adagrad(0.1),
    keras.optimizers.Adadelta(0.1),
    keras.optimizers.Lion(0.01),
    keras.optimizers.Ftrl(0.1),
]
# The first is large enough for its own way of being written.
SHAPES = [(128, 64), (64,)]


def steps(rng, count):
    return [
        [tf.constant(rng.normal(size=shape).astype("float32")) for shape in SHAPES]
        for _ in range(count)
    ]


def fresh(optimizer):
    return type(optimizer).from_config(optimizer.get_config())


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("make", [optimizer_steps.stateless, optimizer_steps.Stateful])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
def test_equals_apply(optimizer, make, jit_compile):
    rng = np.random.default_rng(0)
    (start,), gradients = steps(rng, 1), steps(rng, 4)
    expected = [keras.Variable(value) for value in start]
    theirs = fresh(optimizer)
    for gradient in gradients:
        theirs.apply(gradient, expected)

    ours = make(fresh(optimizer), [keras.Variable(value) for value in start])

    @tf.function(jit_compile=jit_compile)
    def step(slots, gradient, values):
        return ours.stateless_apply(slots, gradient, values)

    values, slots = start, [v.value + 0 for v in ours.variables]
    for gradient in gradients:
        values, slots = step(slots, gradient, values)
    for value, variable in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, variable.numpy(), atol=3e-5)
    for value, variable in zip(slots, theirs.variables, strict=True):
        np.testing.assert_allclose(value, variable.numpy(), atol=3e-5)


def test_variables_keep_their_values():
    variables = [keras.Variable(tf.ones(shape)) for shape in SHAPES]
    optimizer = optimizer_steps.stateless(keras.optimizers.Adam(), variables)
    (gradient,) = steps(np.random.default_rng(0), 1)
    optimizer.stateless_apply(
        [v.value for v in optimizer.variables], gradient, [v.value for v in variables]
    )
    assert int(optimizer.iterations) == 0
    for variable in variables:
        np.testing.assert_array_equal(variable.numpy(), np.ones(variable.shape))


def test_the_moving_average_of_weights_is_taken_at_the_end():
    variables = [keras.Variable(tf.zeros(shape)) for shape in SHAPES]
    optimizer = optimizer_steps.Stateful(
        keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5), variables
    )
    values = [tf.zeros(shape) for shape in SHAPES]
    slots = [v.value + 0 for v in optimizer.variables]
    gradient = [-tf.ones(shape) for shape in SHAPES]
    for _ in range(2):
        values, slots = optimizer.stateless_apply(slots, gradient, values)
    # The weights are 1 and 2; the average starts at the first.
    for value in optimizer.finalize(slots, values):
        np.testing.assert_allclose(value, np.full(value.shape, 1.5), atol=1e-6)
