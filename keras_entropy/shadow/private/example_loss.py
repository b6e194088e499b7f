"""The loss of one example, for models whose clipped gradients have no closed form."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_entropy.models.input_table import inputs_in
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.private.data_loss import DataLoss
from keras_entropy.shadow.stack import is_generator_state


class ExampleLoss:
    """The loss of one example, in a batch of its own, on values from outside.

    Args:
        model: A compiled Keras model.
        variables: `variables_of(model)`.
        loss: The model's `DataLoss`.
    """

    def __init__(
        self,
        model: keras.Model,
        variables: Sequence[keras.Variable],
        loss: DataLoss,
    ) -> None:
        self._model = model
        self._variables = variables
        self._loss = loss
        self._split = len(model.trainable_variables)

    def __call__(
        self,
        trainable: Sequence[Tensor],
        others: Sequence[Tensor],
        number: Tensor,
        example: Sequence[Tensor],
    ) -> tuple[Tensor, list[Tensor]]:
        """Return the loss, and the values of the other variables after it.

        Args:
            trainable: Tensors for the trainable variables.
            others: Tensors for the other variables.
            number: The example's number in the step, so that layers draw other random
                numbers for each.
            example: Input, target and, optionally, sample weight, without a batch axis.
        """
        x, y, *weight = (ops.expand_dims(part, 0) for part in example)
        kinds = self._variables[self._split :]
        moved = [
            state + _first(number, state) if is_generator_state(v) else state
            for v, state in zip(kinds, others, strict=True)
        ]
        mapping = list(zip(self._variables, [*trainable, *moved], strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            answers = self._model(inputs_in(self._model, x), training=True)
            loss = self._loss(y, answers, *weight)
            # States of generators alone change: `check_private` refuses the rest.
            updated = [
                scope.get_current_value(v) - _first(number, state)
                if is_generator_state(v)
                else state
                for v, state in zip(kinds, others, strict=True)
            ]
        return ops.sum(loss), updated


def added_by_weights(
    variables: Sequence[keras.Variable], trainable: Sequence[Tensor]
) -> Tensor:
    """Return the sum of the trainable variables' regularisers.

    They know no example, so that their gradient is added after the noise.
    """
    total = ops.convert_to_tensor(0.0)
    for variable, value in zip(variables, trainable, strict=True):
        if variable.regularizer is not None:
            total = total + variable.regularizer(value)
    return total


def _first(number: Tensor, state: Tensor) -> Tensor:
    """Return a number in the first place of a generator's state: its seed."""
    number = ops.cast(number, state.dtype)
    return ops.stack([number, ops.zeros_like(number)])
