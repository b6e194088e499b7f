"""Training and prediction on JAX: one model at a time in a compiled epoch."""

import threading

import jax
import keras
import numpy as np
from jax import numpy as jnp

from keras_entropy.models.copies import unused_optimizer
from keras_entropy.shadow.backends import forward_pass
from keras_entropy.shadow.stack import variables_of


class Trainer:
    """A compiled epoch of one model.

    Args:
        model: A compiled Keras model.
        size: `None`: on JAX, stacking models gains nothing over one after another.
        dense: Whether the model has matrix products and element-wise layers only. Then
            the whole epoch is one loop inside XLA; convolutions are several times
            slower inside such a loop on a CPU, so there only the step is compiled.

    Attributes:
        concurrent: Whether `train` may run in several threads at a time.
    """

    concurrent = True

    def __init__(self, model, size, dense):
        self._model = model
        self._variables = variables_of(model)
        self._split = len(model.trainable_variables)
        # The optimizer's step honours the constraints of the variables it was built
        # with. It reads and writes none of their values here.
        self._optimizer = unused_optimizer(model)
        self._optimizer.build(self._variables[: self._split])
        self._optimizer_start = [np.asarray(v.value) for v in self._optimizer.variables]
        # Only tracing calls the model, which may not be done by two threads at once.
        self._tracing = threading.Lock()
        self._run_epoch = _compiled_loop(self._step) if dense else _loop(self._step)

    def train(self, values, data, per_model, epochs, seed, progress):
        """Train from `values` and return the values at the end.

        Args:
            values: Arrays for `variables_of(model)`.
            data: `(x, y)` or `(x, y, weight)`.
            per_model: Not used: one model has data of its own.
            epochs: Yields `(indices, rest)`: the rows of full batches,
                `(steps, batch)`, and of the last one, `(fewer,)`.
            seed: Not used: all generators are variables of the model.
            progress: Called with the number of epochs done since the last call.
        """
        state = (
            [jnp.asarray(v) for v in values[: self._split]],
            [jnp.asarray(v) for v in values[self._split :]],
            [jnp.asarray(v) for v in self._optimizer_start],
        )
        data = tuple(jnp.asarray(array) for array in data)
        for indices, rest in epochs:
            state = self._run_epoch(state, data, indices, rest)
            progress(1)
        trainable, others, slots = state
        trainable = self._finalize(trainable, slots)
        return [np.asarray(v) for v in (*trainable, *others)]

    def _finalize(self, trainable, slots):
        """Take the moving average of the weights where the optimizer keeps one."""
        variables = self._variables[: self._split]
        mapping = zip(
            [*variables, *self._optimizer.variables], [*trainable, *slots], strict=True
        )
        with keras.StatelessScope(state_mapping=list(mapping)) as scope:
            self._optimizer.finalize_variable_values(variables)
            return [scope.get_current_value(v) for v in variables]

    def _step(self, state, data, rows):
        trainable, others, slots = state
        batch = [array[rows] for array in data]

        def loss(trainable):
            value, updated = forward_pass.loss_and_state(
                self._model, self._variables, trainable, others, batch
            )
            return self._optimizer.scale_loss(value), updated

        with self._tracing:
            gradients, others = jax.grad(loss, has_aux=True)(trainable)
            trainable, slots = self._optimizer.stateless_apply(
                slots, gradients, trainable
            )
        return trainable, others, slots


def _compiled_loop(step):
    @jax.jit
    def run(state, data, indices, rest):
        state = jax.lax.fori_loop(
            0, len(indices), lambda i, state: step(state, data, indices[i]), state
        )
        return step(state, data, rest) if len(rest) else state

    return run


def _loop(step):
    step = jax.jit(step)

    def run(state, data, indices, rest):
        for rows in [*indices, rest] if len(rest) else indices:
            state = step(state, data, rows)
        return state

    return run


class Predictor:
    """A compiled forward pass of one model.

    Args:
        model: A built Keras model.
        size: `None`, as for `Trainer`.
    """

    def __init__(self, model, size):
        self._variables = variables_of(model)
        self._forward = jax.jit(
            lambda values, x: forward_pass.outputs_and_state(
                model, self._variables, values, x
            )
        )

    def __call__(self, values, x, per_model, batch_size):
        """Return the outputs, examples first."""
        values = [jnp.asarray(v) for v in values]
        parts = []
        for start in range(0, len(x), batch_size):
            outputs, values = self._forward(values, x[start : start + batch_size])
            parts.append(np.asarray(outputs))
        return np.concatenate(parts)
