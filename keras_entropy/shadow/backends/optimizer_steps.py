"""Optimizer steps on TensorFlow as functions of the values that they change.

Keras has `stateless_apply` for the other backends. On TensorFlow its optimizers write
into variables, of which there is one set, while one compiled program is to train
several groups of models at a time.
"""

from collections.abc import Sequence
from typing import Any
from typing import Protocol

import keras
import tensorflow as tf
from keras.src.backend.tensorflow.optimizer import TFOptimizer
from keras.src.optimizers.base_optimizer import BaseOptimizer

from keras_entropy.shadow.backends.tensors import Tensor

# Elements of a variable from which on a condition pays.
_WORTH_A_CONDITION = 8192


class StatelessOptimizer(Protocol):
    """An optimizer whose steps are functions of the values that they change."""

    @property
    def variables(self) -> Sequence[keras.Variable]:
        """The optimizer's own variables, which hold the values to start from."""

    def scale_loss(self, loss: Tensor) -> Tensor:
        """Return the loss of which gradients are taken."""

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Tensor],
        grads: Sequence[Tensor],
        trainable_variables: Sequence[Tensor],
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Return the values of trainable and of optimizer variables after a step."""

    def finalize(
        self,
        optimizer_variables: Sequence[Tensor],
        trainable_variables: Sequence[Tensor],
    ) -> list[Tensor]:
        """Return the trained values: moving averages if the optimizer keeps them."""


class Stateful:
    """An optimizer that writes into variables, behind a stateless interface.

    Args:
        optimizer: An optimizer that has not been built.
        variables: Keras variables for it to write into.
    """

    def __init__(
        self,
        optimizer: keras.optimizers.Optimizer,
        variables: Sequence[keras.Variable],
    ) -> None:
        optimizer.build(variables)
        self._optimizer = optimizer
        self._trainable = variables
        self.variables: Sequence[keras.Variable] = optimizer.variables

    def scale_loss(self, loss: Tensor) -> Tensor:
        """Return the loss of which gradients are taken."""
        return self._optimizer.scale_loss(loss)

    def stateless_apply(
        self,
        optimizer_variables: Sequence[Tensor],
        grads: Sequence[Tensor],
        trainable_variables: Sequence[Tensor],
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Return the values of trainable and of optimizer variables after a step."""
        self._assign([*trainable_variables, *optimizer_variables])
        self._optimizer.apply(grads, self._trainable)
        trainable, others = (
            [tf.identity(variable.value) for variable in variables]
            for variables in (self._trainable, self.variables)
        )
        return trainable, others

    def finalize(
        self,
        optimizer_variables: Sequence[Tensor],
        trainable_variables: Sequence[Tensor],
    ) -> list[Tensor]:
        """Return the trained values: moving averages if the optimizer keeps them."""
        self._assign([*trainable_variables, *optimizer_variables])
        self._optimizer.finalize_variable_values(self._trainable)
        return [variable.value for variable in self._trainable]

    def _assign(self, values: Sequence[Tensor]) -> None:
        for variable, value in zip(
            [*self._trainable, *self.variables], values, strict=True
        ):
            variable.assign(value)


def stateless(
    optimizer: keras.optimizers.Optimizer, variables: Sequence[keras.Variable]
) -> StatelessOptimizer:
    """Return an elementwise optimizer that has Keras' own `stateless_apply`.

    Args:
        optimizer: An optimizer of Keras that has not been built.
        variables: Keras variables of the shapes to optimize; they keep their values.
    """
    kind: Any = type("Stateless", (type(optimizer), _Plain), {})
    own = kind.from_config(optimizer.get_config())
    own.build(variables)
    return own


class _Plain(TFOptimizer):
    """Undoes what Keras does on TensorFlow for the sake of distribution strategies."""

    stateless_apply = BaseOptimizer.stateless_apply
    assign = BaseOptimizer.assign
    assign_add = BaseOptimizer.assign_add
    _var_key = BaseOptimizer._var_key
    _backend_update_step = BaseOptimizer._backend_update_step

    def finalize(
        self,
        optimizer_variables: Sequence[Tensor],
        trainable_variables: Sequence[Tensor],
    ) -> list[Tensor]:
        # An elementwise optimizer keeps no moving average.
        return list(trainable_variables)

    def assign_sub(self, variable: keras.Variable, value: Tensor) -> None:
        if variable.shape.num_elements() >= _WORTH_A_CONDITION:
            value = _apart(value, self.iterations.value >= 0)
        variable.assign_sub(value)


def _apart(value: Tensor, always: Tensor) -> Tensor:
    """Have a value computed before it is subtracted from a variable.

    On a CPU, XLA runs what overwrites an operand of its own without vector
    instructions, which makes Adam's root and quotient several times slower. It doesn't
    fuse the subtraction with a condition.
    """
    return tf.cond(always, lambda: value, lambda: value)
