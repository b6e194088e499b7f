"""Training and prediction on TensorFlow: one model or a stack in a compiled epoch."""

import numpy as np
import tensorflow as tf

from keras_entropy.models.copies import unused_optimizer
from keras_entropy.shadow.backends import forward_pass
from keras_entropy.shadow.backends.optimizer_steps import Stateful
from keras_entropy.shadow.backends.optimizer_steps import stateless
from keras_entropy.shadow.backends.stacked_optimizer import is_elementwise
from keras_entropy.shadow.backends.stacked_optimizer import own_variables
from keras_entropy.shadow.stack import variables_of


class Trainer:
    """A compiled epoch.

    Args:
        model: A compiled Keras model.
        size: Number of models that are trained at once: their values carry it as
            first axis. `None` trains one model, whose values carry no such axis.
        xla: Compile the epoch with XLA. Pays for matrix products, loses for
            convolutions on a CPU.

    Attributes:
        concurrent: Whether `train` may run in several threads at a time.
    """

    def __init__(self, model, size, xla):
        self._model = model
        self._variables = variables_of(model)
        self._split = len(model.trainable_variables)
        self._size = size
        trainable = own_variables(self._variables[: self._split], size)
        optimizer = unused_optimizer(model)
        self.concurrent = is_elementwise(optimizer)
        make = stateless if self.concurrent else Stateful
        self._optimizer = make(optimizer, trainable)
        self._optimizer_start = [v.numpy() for v in self._optimizer.variables]
        self._epoch = tf.function(self._run_epoch, jit_compile=xla, autograph=False)

    def train(self, values, data, per_model, epochs, seed, progress):
        """Train from `values` and return the values at the end.

        Args:
            values: Arrays for `variables_of(model)`.
            data: `(x, y)` or `(x, y, weight)`.
            per_model: For each array of `data`, whether each model has its own.
            epochs: Yields `(indices, rest)`: the rows of full batches,
                `(steps, [size,] batch)`, and of the last one, `([size,] fewer)`.
            seed: Not used: all generators are variables of the model.
            progress: Called with the number of epochs done since the last call.
        """
        trainable, others, slots = (
            [tf.convert_to_tensor(array) for array in arrays]
            for arrays in (
                values[: self._split],
                values[self._split :],
                self._optimizer_start,
            )
        )
        state = trainable, others, slots
        data = tuple(tf.convert_to_tensor(array) for array in data)
        for indices, rest in epochs:
            indices, rest = tf.constant(indices), tf.constant(rest)
            state = self._epoch(state, data, indices, rest, per_model)
            progress(1 if self._size is None else self._size)
        trainable, others, slots = state
        if not self.concurrent:
            trainable = self._optimizer.finalize(slots, trainable)
        return [v.numpy() for v in (*trainable, *others)]

    def _run_epoch(self, state, data, indices, rest, per_model):
        steps = indices.shape[0]

        def step(i, state):
            trainable, others, slots = state

            def on(rows):
                return self._gradients_on(rows, trainable, others, data, per_model)

            if rest.shape[-1]:
                gradients, others = tf.cond(
                    i < steps, lambda: on(indices[i]), lambda: on(rest)
                )
            else:
                gradients, others = on(indices[i])
            trainable, slots = self._optimizer.stateless_apply(
                slots, gradients, trainable
            )
            return i + 1, (trainable, others, slots)

        # A counter, not a `tf.range`, for which XLA compiles each length anew.
        last = steps + bool(rest.shape[-1])
        return tf.while_loop(
            lambda i, state: i < last, step, (0, state), parallel_iterations=1
        )[1]

    def _gradients_on(self, rows, trainable, others, data, per_model):
        batch = [
            tf.gather(array, rows, batch_dims=int(own))
            for array, own in zip(data, per_model, strict=True)
        ]
        elements = (trainable, others, *batch)
        if self._size is None:
            gradients, updated = self._gradients(elements)
        else:
            # Random numbers are drawn model by model, which is what it warns of.
            gradients, updated = tf.vectorized_map(
                self._gradients, elements, warn=False
            )
        return gradients, _like(updated, others)

    def _gradients(self, elements):
        trainable, state, *batch = elements
        with tf.GradientTape() as tape:
            tape.watch(trainable)
            loss, updated = forward_pass.loss_and_state(
                self._model, self._variables, trainable, state, batch
            )
            loss = self._optimizer.scale_loss(loss)
        gradients = tape.gradient(
            loss, trainable, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        return gradients, updated


class Predictor:
    """A compiled forward pass.

    Args:
        model: A built Keras model.
        size: Number of models whose values are stacked, or `None` for one model.
    """

    def __init__(self, model, size):
        self._model = model
        self._variables = variables_of(model)
        self._size = size
        self._forward = tf.function(self._run_forward, reduce_retracing=True)

    def __call__(self, values, x, per_model, batch_size):
        """Return the outputs, examples first for one model and second for a stack."""
        axis = int(self._size is not None and per_model)
        values = [tf.constant(v) for v in values]
        parts = []
        for start in range(0, x.shape[axis], batch_size):
            batch = x[(slice(None),) * axis + (slice(start, start + batch_size),)]
            outputs, values = self._forward(values, tf.constant(batch), per_model)
            parts.append(outputs.numpy())
        return np.concatenate(parts, axis=int(self._size is not None))

    def _run_forward(self, values, x, per_model):
        def one(values, x):
            return forward_pass.outputs_and_state(
                self._model, self._variables, values, x
            )

        if self._size is None:
            outputs, updated = one(values, x)
        elif per_model:
            outputs, updated = tf.vectorized_map(
                lambda e: one(*e), (values, x), warn=False
            )
        else:
            outputs, updated = tf.vectorized_map(
                lambda v: one(v, x), values, warn=False
            )
        return outputs, _like(updated, values)


def _like(updated, old):
    # `vectorized_map` returns the states of generators as 64-bit integers.
    return [
        tf.ensure_shape(tf.cast(new, was.dtype), was.shape)
        for new, was in zip(updated, old, strict=True)
    ]
