"""Training and prediction on JAX: one model at a time in a compiled epoch."""

import threading
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

import jax
import keras
import numpy as np
from jax import numpy as jnp

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.copies import optimizer_like
from keras_entropy.shadow.backends import forward_pass
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.threads import Progress

# Values of the trainable, of the other and of the optimizer's variables.
State = tuple[list[Tensor], list[Tensor], list[Tensor]]
# A step: state, data and rows in, state out.
Step = Callable[[State, tuple[Tensor, ...], Tensor], State]
# An epoch: state, data, rows of full batches and of the last one in, state out.
Epoch = Callable[[State, tuple[Tensor, ...], Tensor, Tensor], State]


def make_trainer(model: keras.Model, size: int | None, dense: bool) -> "JaxTrainer":
    """Return a compiled epoch; stacking would gain nothing over one after another."""
    return JaxTrainer(model, dense)


def make_predictor(model: keras.Model, size: int | None) -> "JaxPredictor":
    """Return a compiled forward pass of one model."""
    return JaxPredictor(model)


class JaxTrainer:
    """A compiled epoch of one model.

    Args:
        model: A compiled Keras model.
        dense: Whether the model has matrix products and element-wise layers only. Then
            the whole epoch is one loop inside XLA; convolutions are several times
            slower inside such a loop on a CPU, so there only the step is compiled.
    """

    concurrent = True

    def __init__(self, model: keras.Model, dense: bool) -> None:
        self._model = model
        self._variables = variables_of(model)
        self._split = len(model.trainable_variables)
        # The optimizer's step honours the constraints of the variables it was built
        # with. It reads and writes none of their values here.
        self._optimizer = optimizer_like(model.optimizer)
        self._optimizer.build(self._variables[: self._split])
        self._optimizer_start = [np.asarray(v.value) for v in self._optimizer.variables]
        # Only tracing calls the model, which may not be done by two threads at once.
        self._tracing = threading.Lock()
        self._run_epoch = _compiled_loop(self._step) if dense else _loop(self._step)

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
        tensors = tuple(jnp.asarray(array) for array in data)
        for indices, rest in epochs:
            state = self._run_epoch(state, tensors, indices, rest)
            progress(1)
        return self._end(state)

    def _start(self, values: Sequence[Array]) -> State:
        return (
            [jnp.asarray(v) for v in values[: self._split]],
            [jnp.asarray(v) for v in values[self._split :]],
            [jnp.asarray(v) for v in self._optimizer_start],
        )

    def _end(self, state: State) -> list[Array]:
        trainable, others, slots = state
        trainable = self._finalize(trainable, slots)
        return [np.asarray(v) for v in (*trainable, *others)]

    def _finalize(self, trainable: list[Tensor], slots: list[Tensor]) -> list[Tensor]:
        """Take the moving average of the weights where the optimizer keeps one."""
        variables = self._variables[: self._split]
        mapping = zip(
            [*variables, *self._optimizer.variables], [*trainable, *slots], strict=True
        )
        with keras.StatelessScope(state_mapping=list(mapping)) as scope:
            self._optimizer.finalize_variable_values(variables)
            return [scope.get_current_value(v) for v in variables]

    def _step(self, state: State, data: tuple[Tensor, ...], rows: Tensor) -> State:
        trainable, others, slots = state
        batch = [array[rows] for array in data]

        def loss(trainable: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
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


def _compiled_loop(step: Step) -> Epoch:
    @jax.jit
    def run(
        state: State, data: tuple[Tensor, ...], indices: Tensor, rest: Tensor
    ) -> State:
        state = jax.lax.fori_loop(
            0, len(indices), lambda i, state: step(state, data, indices[i]), state
        )
        return step(state, data, rest) if len(rest) else state

    return run


def _loop(step: Step) -> Epoch:
    compiled = jax.jit(step)

    def run(
        state: State, data: tuple[Tensor, ...], indices: Tensor, rest: Tensor
    ) -> State:
        for rows in [*indices, rest] if len(rest) else indices:
            state = compiled(state, data, rows)
        return state

    return run


class JaxPredictor:
    """A compiled forward pass of one model.

    Args:
        model: A built Keras model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._variables = variables_of(model)
        self._forward = jax.jit(
            lambda values, x: forward_pass.outputs_and_state(
                model, self._variables, values, x
            )
        )

    def __call__(
        self, values: Sequence[Array], x: Array, per_model: bool, batch_size: int
    ) -> Array:
        """Return the outputs, examples first."""
        state = [jnp.asarray(v) for v in values]
        parts = []
        for start in range(0, len(x), batch_size):
            outputs, state = self._forward(state, x[start : start + batch_size])
            parts.append(np.asarray(outputs))
        return np.concatenate(parts)
