"""Training and prediction on PyTorch: one model and one batch at a time."""

from collections.abc import Iterable
from collections.abc import Sequence

import keras
import numpy as np
import torch

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.copies import optimizer_like
from keras_entropy.shadow.backends import forward_pass
from keras_entropy.shadow.backends.stacked_optimizer import own_variables
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.threads import Progress


def make_trainer(model: keras.Model, size: int | None, dense: bool) -> "TorchTrainer":
    """Return a plain training loop of one model; nothing is compiled or stacked."""
    return TorchTrainer(model)


def make_predictor(model: keras.Model, size: int | None) -> "TorchPredictor":
    """Return a forward pass of one model."""
    return TorchPredictor(model)


class TorchTrainer:
    """A plain training loop of one model.

    Args:
        model: A compiled Keras model.
    """

    concurrent = False

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._variables = variables_of(model)
        self._split = len(model.trainable_variables)
        self._trainable = own_variables(self._variables[: self._split])
        self._optimizer = optimizer_like(model.optimizer)
        self._optimizer.build(self._trainable)
        self._optimizer_start = [
            keras.ops.convert_to_numpy(v.value) for v in self._optimizer.variables
        ]

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

        The seed is for dropout without one, which Keras leaves to PyTorch's generator.
        """
        others = self._start(values)
        tensors = [keras.ops.convert_to_tensor(array) for array in data]
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            for indices, rest in epochs:
                for batch in [*indices, rest] if len(rest) else indices:
                    rows = torch.as_tensor(batch, dtype=torch.int64)
                    others = self._step(others, [array[rows] for array in tensors])
                progress(1)
        return self._end(others)

    def _start(self, values: Sequence[Array]) -> list[Tensor]:
        for variable, value in zip(self._trainable, values, strict=False):
            variable.assign(value)
        for variable, value in zip(
            self._optimizer.variables, self._optimizer_start, strict=True
        ):
            variable.assign(value)
        return [keras.ops.convert_to_tensor(v) for v in values[self._split :]]

    def _end(self, others: Sequence[Tensor]) -> list[Array]:
        self._optimizer.finalize_variable_values(self._trainable)
        trained = [v.value for v in self._trainable]
        return [keras.ops.convert_to_numpy(v) for v in (*trained, *others)]

    def _step(self, others: list[Tensor], batch: list[Tensor]) -> list[Tensor]:
        trainable = [v.value.detach().requires_grad_() for v in self._trainable]
        loss, others = forward_pass.loss_and_state(
            self._model, self._variables, trainable, others, batch
        )
        loss = self._optimizer.scale_loss(loss)
        gradients = torch.autograd.grad(loss, trainable, materialize_grads=True)
        with torch.no_grad():
            self._optimizer.apply(gradients, self._trainable)
        return [v.detach() for v in others]


class TorchPredictor:
    """A forward pass of one model.

    Args:
        model: A built Keras model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._variables = variables_of(model)

    def __call__(
        self, values: Sequence[Array], x: Array, per_model: bool, batch_size: int
    ) -> Array:
        """Return the outputs, examples first."""
        state = [keras.ops.convert_to_tensor(v) for v in values]
        parts = []
        with torch.no_grad():
            for start in range(0, len(x), batch_size):
                batch = keras.ops.convert_to_tensor(x[start : start + batch_size])
                outputs, state = forward_pass.outputs_and_state(
                    self._model, self._variables, state, batch
                )
                parts.append(keras.ops.convert_to_numpy(outputs))
        return np.concatenate(parts)
