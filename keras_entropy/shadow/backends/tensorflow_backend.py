"""Training and prediction on TensorFlow: one model or a stack in a compiled epoch."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.copies import optimizer_like
from keras_entropy.shadow.backends import forward_pass
from keras_entropy.shadow.backends.optimizer_steps import Stateful
from keras_entropy.shadow.backends.optimizer_steps import StatelessOptimizer
from keras_entropy.shadow.backends.optimizer_steps import stateless
from keras_entropy.shadow.backends.stacked_optimizer import is_elementwise
from keras_entropy.shadow.backends.stacked_optimizer import own_variables
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.threads import Progress

# Values of the trainable, of the other and of the optimizer's variables.
State = tuple[list[Tensor], list[Tensor], list[Tensor]]


def make_trainer(
    model: keras.Model, size: int | None, dense: bool
) -> "TensorFlowTrainer":
    """Return a compiled epoch; XLA pays where all layers are matrix products."""
    return TensorFlowTrainer(model, size, xla=dense)


def make_predictor(model: keras.Model, size: int | None) -> "TensorFlowPredictor":
    """Return a compiled forward pass."""
    return TensorFlowPredictor(model, size)


class TensorFlowTrainer:
    """A compiled epoch.

    Args:
        model: A compiled Keras model.
        size: Number of models that are trained at once: their values carry it as
            first axis. `None` trains one model, whose values carry no such axis.
        xla: Compile the epoch with XLA. Pays for matrix products, loses for
            convolutions on a CPU.
    """

    def __init__(self, model: keras.Model, size: int | None, xla: bool) -> None:
        self._model = model
        self._variables = variables_of(model)
        self._split = len(model.trainable_variables)
        self._size = size
        trainable = own_variables(self._variables[: self._split], size)
        optimizer = optimizer_like(model.optimizer)
        # Steps that write into variables, of which there is one set, take turns.
        self.concurrent = is_elementwise(optimizer)
        make: Callable[..., StatelessOptimizer] = (
            stateless if self.concurrent else Stateful
        )
        self._optimizer = make(optimizer, trainable)
        self._optimizer_start: list[Array] = [
            v.numpy() for v in self._optimizer.variables
        ]
        self._epoch = tf.function(self._run_epoch, jit_compile=xla, autograph=False)

    def train(
        self,
        values: Sequence[Array],
        data: Sequence[Tensor],
        per_model: tuple[bool, ...],
        epochs: Iterable[tuple[Integers, Integers]],
        seed: int,
        progress: Progress,
    ) -> list[Array]:
        """Train from `values` and return the values at the end, as `Trainer` says.

        The seed is not used: all generators are variables of the model.
        """
        state = self._start(values)
        tensors = tuple(tf.convert_to_tensor(array) for array in data)
        for indices, rest in epochs:
            state = self._epoch(
                state, tensors, tf.constant(indices), tf.constant(rest), per_model
            )
            progress(1 if self._size is None else self._size)
        return self._end(state)

    def _start(self, values: Sequence[Array]) -> State:
        trainable, others, slots = (
            [tf.convert_to_tensor(array) for array in arrays]
            for arrays in (
                values[: self._split],
                values[self._split :],
                self._optimizer_start,
            )
        )
        return trainable, others, slots

    def _end(self, state: State) -> list[Array]:
        trainable, others, slots = state
        trainable = self._optimizer.finalize(slots, trainable)
        return [v.numpy() for v in (*trainable, *others)]

    def _run_epoch(
        self,
        state: State,
        data: tuple[Tensor, ...],
        indices: Tensor,
        rest: Tensor,
        per_model: tuple[bool, ...],
    ) -> State:
        steps = indices.shape[0]

        def step(i: Tensor, state: State) -> tuple[Tensor, State]:
            trainable, others, slots = state

            def on(rows: Tensor) -> tuple[list[Tensor], list[Tensor]]:
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

    def _gradients_on(
        self,
        rows: Tensor,
        trainable: list[Tensor],
        others: list[Tensor],
        data: tuple[Tensor, ...],
        per_model: tuple[bool, ...],
    ) -> tuple[list[Tensor], list[Tensor]]:
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
        return gradients, like(updated, others)

    def _gradients(
        self, elements: tuple[Tensor, ...]
    ) -> tuple[list[Tensor], list[Tensor]]:
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


class TensorFlowPredictor:
    """A compiled forward pass.

    Args:
        model: A built Keras model.
        size: Number of models whose values are stacked, or `None` for one model.
    """

    def __init__(self, model: keras.Model, size: int | None) -> None:
        self._model = model
        self._variables = variables_of(model)
        self._size = size
        self._forward = tf.function(self._run_forward, reduce_retracing=True)

    def __call__(
        self, values: Sequence[Array], x: Array, per_model: bool, batch_size: int
    ) -> Array:
        """Return the outputs, examples first for one model and second for a stack."""
        axis = int(self._size is not None and per_model)
        state = [tf.constant(v) for v in values]
        parts = []
        for start in range(0, x.shape[axis], batch_size):
            batch = x[(slice(None),) * axis + (slice(start, start + batch_size),)]
            outputs, state = self._forward(state, tf.constant(batch), per_model)
            parts.append(outputs.numpy())
        return np.concatenate(parts, axis=int(self._size is not None))

    def _run_forward(
        self, values: list[Tensor], x: Tensor, per_model: bool
    ) -> tuple[Tensor, list[Tensor]]:
        def one(values: list[Tensor], x: Tensor) -> tuple[Tensor, list[Tensor]]:
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
        return outputs, like(updated, values)


def like(updated: list[Tensor], old: list[Tensor]) -> list[Tensor]:
    """Return updated values in the types and shapes of the old ones."""
    # `vectorized_map` returns the states of generators as 64-bit integers.
    return [
        tf.ensure_shape(tf.cast(new, was.dtype), was.shape)
        for new, was in zip(updated, old, strict=True)
    ]
