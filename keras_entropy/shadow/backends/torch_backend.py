"""Training and prediction on PyTorch: one model and one batch at a time."""

import keras
import numpy as np
import torch

from keras_entropy.models.copies import unused_optimizer
from keras_entropy.shadow.backends import forward_pass
from keras_entropy.shadow.backends.stacked_optimizer import own_variables
from keras_entropy.shadow.stack import variables_of


class Trainer:
    """A plain training loop of one model.

    Args:
        model: A compiled Keras model.
        size: `None`: there is no stacking here.
        dense: Not used.

    Attributes:
        concurrent: Whether `train` may run in several threads at a time.
    """

    concurrent = False

    def __init__(self, model, size, dense):
        self._model = model
        self._variables = variables_of(model)
        self._split = len(model.trainable_variables)
        self._trainable = own_variables(self._variables[: self._split])
        self._optimizer = unused_optimizer(model)
        self._optimizer.build(self._trainable)
        self._optimizer_start = [
            keras.ops.convert_to_numpy(v.value) for v in self._optimizer.variables
        ]

    def train(self, values, data, per_model, epochs, seed, progress):
        """Train from `values` and return the values at the end.

        Args:
            values: Arrays for `variables_of(model)`.
            data: `(x, y)` or `(x, y, weight)`.
            per_model: Not used: one model has data of its own.
            epochs: Yields `(indices, rest)`: the rows of full batches,
                `(steps, batch)`, and of the last one, `(fewer,)`.
            seed: Integer. Keras leaves dropout without a seed to PyTorch's generator.
            progress: Called with the number of epochs done since the last call.
        """
        for variable, value in zip(self._trainable, values, strict=False):
            variable.assign(value)
        for variable, value in zip(
            self._optimizer.variables, self._optimizer_start, strict=True
        ):
            variable.assign(value)
        others = [keras.ops.convert_to_tensor(v) for v in values[self._split :]]
        data = [keras.ops.convert_to_tensor(array) for array in data]
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            for indices, rest in epochs:
                for batch in [*indices, rest] if len(rest) else indices:
                    rows = torch.as_tensor(batch, dtype=torch.int64)
                    others = self._step(others, [array[rows] for array in data])
                progress(1)
        self._optimizer.finalize_variable_values(self._trainable)
        trained = [v.value for v in self._trainable]
        return [keras.ops.convert_to_numpy(v) for v in (*trained, *others)]

    def _step(self, others, batch):
        trainable = [v.value.detach().requires_grad_() for v in self._trainable]
        loss, others = forward_pass.loss_and_state(
            self._model, self._variables, trainable, others, batch
        )
        loss = self._optimizer.scale_loss(loss)
        gradients = torch.autograd.grad(loss, trainable, materialize_grads=True)
        with torch.no_grad():
            self._optimizer.apply(gradients, self._trainable)
        return [v.detach() for v in others]


class Predictor:
    """A forward pass of one model.

    Args:
        model: A built Keras model.
        size: `None`, as for `Trainer`.
    """

    def __init__(self, model, size):
        self._model = model
        self._variables = variables_of(model)

    def __call__(self, values, x, per_model, batch_size):
        """Return the outputs, examples first."""
        values = [keras.ops.convert_to_tensor(v) for v in values]
        parts = []
        with torch.no_grad():
            for start in range(0, len(x), batch_size):
                batch = keras.ops.convert_to_tensor(x[start : start + batch_size])
                outputs, values = forward_pass.outputs_and_state(
                    self._model, self._variables, values, batch
                )
                parts.append(keras.ops.convert_to_numpy(outputs))
        return np.concatenate(parts)
