"""Clipped gradients of networks whose trainable layers are all Dense.

The gradient that one example gives a Dense layer is the outer product of the layer's
input and the gradient of the layer's output. Its norm is the product of theirs, and the
sum of all clipped ones is one matrix product (Goodfellow, 2015, arXiv:1510.01799; Bu et
al., 2022, arXiv:2210.00038): no gradient of a single example is ever written down.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_entropy.models.input_table import inputs_in
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.private.data_loss import DataLoss

_layers = keras.layers
# Layers that answer each example on its own, in training too. Only these: in other
# networks the gradient at a layer's output could be that of several examples.
_ROW_BY_ROW = (
    _layers.InputLayer,
    _layers.Dense,
    _layers.Activation,
    _layers.ReLU,
    _layers.LeakyReLU,
    _layers.ELU,
    _layers.Flatten,
    _layers.Reshape,
    _layers.Rescaling,
    _layers.Dropout,
    _layers.Add,
    _layers.Multiply,
    _layers.Conv1D,
    _layers.Conv2D,
    _layers.DepthwiseConv2D,
    _layers.SeparableConv2D,
    _layers.MaxPooling1D,
    _layers.MaxPooling2D,
    _layers.AveragePooling1D,
    _layers.AveragePooling2D,
    _layers.GlobalAveragePooling1D,
    _layers.GlobalAveragePooling2D,
    _layers.GlobalMaxPooling1D,
    _layers.GlobalMaxPooling2D,
)
# Of these, those that work along the last axis.
_ALONG_AN_AXIS = (_layers.Softmax, _layers.Concatenate, _layers.LayerNormalization)


def has_closed_form(model: keras.Model) -> bool:
    """Tell whether the norms of examples' gradients have a closed form."""
    # A `Sequential` doesn't list its operations, some of which may be no layers.
    operations = keras.Model(model.inputs, model.outputs).operations
    own_call = not _is_known(type(model))
    return (
        _is_known_loss(model.loss)
        and not own_call
        and all(
            isinstance(layer, keras.layers.Layer)
            and _answers_row_by_row(layer)
            and (not layer.trainable_variables or _is_plain_dense(layer))
            for layer in operations
        )
    )


class TappedModel:
    """A model whose Dense layers tell their inputs, and take an addition to outputs.

    The gradient with respect to the addition is the gradient of the layer's output.

    Args:
        model: A compiled Keras model for which `has_closed_form`.
        variables: `variables_of(model)`.
        loss: The model's `DataLoss`.
        sums: Whether a batch's loss is the sum of its examples', see `DataLoss.sums`.
    """

    def __init__(
        self,
        model: keras.Model,
        variables: Sequence[keras.Variable],
        loss: DataLoss,
        sums: bool,
    ) -> None:
        self._variables = variables
        self._loss = loss
        self._sums = sums
        self._dense = [layer for layer in model.layers if layer.trainable_variables]
        self._split = len(model.trainable_variables)
        self._plain = model
        self._model = self._tapped(model)

    def _tapped(self, model: keras.Model) -> keras.Model:
        taps: dict[int, Any] = {}
        seen: dict[int, Any] = {}
        known = {id(layer) for layer in self._dense}

        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if id(layer) not in known:
                return layer(*args, **kwargs)
            taps[id(layer)] = keras.Input((layer.units,))
            seen[id(layer)] = args[0]
            total = _layers.Add()([_Linear(layer)(args[0]), taps[id(layer)]])
            return _layers.Activation(layer.activation)(total)

        inputs = [
            keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype)
            for tensor in model.inputs
        ]
        # Keras' own way through a graph: that of `clone_model`, which gives no access
        # to further inputs.
        plain = keras.Model(model.inputs, model.outputs)
        output = plain._run_through_graph(
            inputs, operation_fn=lambda layer: layer, call_fn=call
        )
        order = [id(layer) for layer in self._dense]
        return keras.Model(
            [*inputs, *(taps[i] for i in order)],
            [keras.tree.flatten(output)[0], *(seen[i] for i in order)],
        )

    def taps(self, batch: int) -> list[Tensor]:
        """Return additions of zeros for a number of examples."""
        return [ops.zeros((batch, layer.units)) for layer in self._dense]

    def loss(
        self,
        trainable: Sequence[Tensor],
        others: Sequence[Tensor],
        taps: Sequence[Tensor],
        batch: Sequence[Tensor],
    ) -> tuple[Tensor, tuple[list[Tensor], list[Tensor]]]:
        """Return the loss; then the layers' inputs and the other variables' values.

        Args:
            trainable: Tensors for the trainable variables.
            others: Tensors for the other variables.
            taps: What is added to the layers' outputs.
            batch: Inputs, targets and, optionally, sample weights.
        """
        x, y, *weight = batch
        mapping = list(zip(self._variables, [*trainable, *others], strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            taken = keras.tree.flatten(inputs_in(self._plain, x))
            outputs, *seen = self._model([*taken, *taps], training=True)
            loss = self._loss(y, outputs, *weight)
            updated = [
                scope.get_current_value(v) for v in self._variables[self._split :]
            ]
        return loss, (seen, updated)

    def clipped_sum(
        self,
        seen: Sequence[Tensor],
        slopes: Sequence[Tensor],
        present: Tensor,
        clip: Tensor,
    ) -> list[Tensor]:
        """Return the sum of clipped gradients, for each trainable variable.

        Args:
            seen: Inputs of the layers, `(b, features)` each.
            slopes: Gradients of `loss` with respect to the taps, `(b, units)` each.
            present: `(b,)`: 1 for examples that take part, else 0.
            clip: The largest norm of an example's gradient.
        """
        if not self._sums:
            slopes = [slope * slope.shape[0] for slope in slopes]
        squares = [
            ops.sum(slope * slope, -1)
            * (ops.sum(inputs * inputs, -1) + float(layer.bias is not None))
            for layer, inputs, slope in zip(self._dense, seen, slopes, strict=True)
        ]
        factor = clipping_factor(sum(squares), present, clip)[:, None]
        gradients: dict[int, Tensor] = {}
        for layer, inputs, slope in zip(self._dense, seen, slopes, strict=True):
            # Infinity times 0 would not be 0.
            slope = ops.where(factor > 0, slope * factor, 0.0)
            inputs = ops.where(factor > 0, inputs, 0.0)
            gradients[id(layer.kernel)] = ops.matmul(ops.transpose(inputs), slope)
            if layer.bias is not None:
                gradients[id(layer.bias)] = ops.sum(slope, 0)
        return [gradients[id(v)] for v in self._variables[: self._split]]


def clipping_factor(squared_norm: Tensor, present: Tensor, clip: Tensor) -> Tensor:
    """Return what examples' gradients are multiplied by.

    An example without a finite gradient counts as absent, or it would be seen.

    Args:
        squared_norm: Squared norms of the gradients.
        present: 1 for examples that take part, else 0.
        clip: The largest norm.
    """
    finite = ops.isfinite(squared_norm)
    norm = ops.sqrt(ops.where(finite, squared_norm, 1.0))
    shortened = clip / ops.maximum(norm, clip)
    return ops.where(finite, shortened * present, 0.0)


class _Linear(keras.layers.Layer):
    """A Dense layer's product without its activation.

    The layer is hidden in a function, as its variables are none of this one's.
    """

    def __init__(self, dense: keras.layers.Dense) -> None:
        super().__init__()
        self._of: Callable[[], keras.layers.Dense] = lambda: dense

    def call(self, inputs: Any) -> Any:
        dense = self._of()
        outputs = ops.matmul(inputs, dense.kernel)
        return outputs if dense.bias is None else outputs + dense.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        return *input_shape[:-1], self._of().units


def _is_plain_dense(layer: keras.layers.Layer) -> bool:
    return (
        type(layer) is keras.layers.Dense
        and len(layer.input.shape) == 2
        and len(layer._inbound_nodes) == 1
        and len(layer.trainable_variables) == 1 + layer.use_bias
        and not layer.lora_enabled
        and layer.quantization_mode is None
    )


def _answers_row_by_row(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.BatchNormalization):
        return not layer.trainable
    activation = getattr(layer, "activation", None)
    if activation is not None and not _is_known(activation):
        return False
    if type(layer) in _ALONG_AN_AXIS:
        return layer.axis in (-1, [-1])
    # Those of this package do by contract.
    own = type(layer).__module__.startswith("keras_entropy.")
    return own or type(layer) in _ROW_BY_ROW


def _is_known_loss(loss: Any) -> bool:
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    if isinstance(loss, keras.losses.Loss):
        return _is_known(type(loss)) and _is_known(getattr(loss, "fn", type(loss)))
    return _is_known(loss)


def _is_known(made: Any) -> bool:
    """Tell whether a class or function is of Keras or of this package."""
    module = getattr(made, "__module__", None) or ""
    return module.startswith(("keras.src.", "keras_entropy."))
