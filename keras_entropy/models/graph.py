"""The graph of a functional model, read back from its output.

Keras publishes no way from a symbolic tensor to what made it, so that its private
attributes are read here, and nowhere else.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_PASSING_ON = (keras.layers.Identity,)


def operation(tensor: Any) -> Any:
    """Returns the layer or operation that made a symbolic tensor."""
    return tensor._keras_history.operation


def source(tensor: Any) -> Any:
    """Returns the first symbolic input of the operation that made `tensor`."""
    return _call(tensor).input_tensors[0]


def inner_output(tensor: Any) -> Any:
    """Returns the symbolic tensor inside a model that was called, which `tensor` is.

    Returns:
        `None` where a subclassed model was called, which has no graph to look into.
    """
    outputs = getattr(operation(tensor), "outputs", None)
    return outputs[tensor._keras_history.tensor_index] if outputs else None


def _call(tensor: Any) -> Any:
    """Returns the call of the operation that made `tensor`, a node of the graph."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


# The classes of what `keras.ops.softmax(tensor)` puts into a graph: Keras doesn't
# publish them.
SOFTMAX_OPERATION = type(operation(ops.softmax(keras.KerasTensor((None, 2)))))
SIGMOID_OPERATION = type(operation(ops.sigmoid(keras.KerasTensor((None, 2)))))


def hands_on(made_by: Any) -> bool:
    """Whether a layer or operation gives its input as its output."""
    if isinstance(made_by, keras.layers.Activation):
        return made_by.activation is keras.activations.linear
    return isinstance(made_by, _PASSING_ON)


def model_inputs(model: keras.Model) -> Any:
    """Returns the inputs in the structure that the model is called with."""
    # `Sequential.input` raises and `Model(model.inputs, ...)` turns one input into a
    # list, which warns at every trace.
    return model.inputs[0] if isinstance(model, keras.Sequential) else model.input


def told_inputs(model: keras.Model) -> str:
    """Returns a model's inputs, as messages name them."""
    return ", ".join(
        f"{tensor.name}: {tensor.dtype} {tuple(tensor.shape)}"
        for tensor in model.inputs
    )


def single_output(model: Any) -> Any:
    """Returns the model's one symbolic output, or raises with what to do instead."""
    if not isinstance(model, keras.Model):
        raise TypeError(
            "`model` must be a Keras model. "
            f"Received: model={model!r} of type {type(model).__name__}"
        )
    outputs = getattr(model, "outputs", None)
    if not outputs:
        raise ValueError(
            "`model` must have a graph to append to; a subclassed or unbuilt model has "
            "none. Wrap it: `inputs = keras.Input(shape); "
            "model = keras.Model(inputs, model(inputs))`. "
            f"Received: model={model.name!r} of type {type(model).__name__}"
        )
    if len(outputs) != 1:
        raise ValueError(
            "`model` must have one output. Make a model of the output to defend: "
            "`keras.Model(model.inputs, model.outputs[i])`. "
            f"Received: {len(outputs)} outputs"
        )
    return outputs[0]


def before_activation(tensor: Any) -> Any:
    """Returns the symbolic tensor whose softmax (or sigmoid) `tensor` is.

    A layer that holds both weights and the activation, such as
    `Dense(10, activation="softmax")`, is copied without the activation, weights
    included, since Keras layers can't share variables.
    """
    made_by = operation(tensor)
    if isinstance(made_by, keras.Model):
        inner = inner_output(tensor)
        without = keras.Model(
            model_inputs(made_by),
            before_activation(inner),
            name=f"{made_by.name}_logits",
        )
        return without(*_call(tensor).arguments.args)
    if hands_on(made_by):
        return before_activation(source(tensor))
    has_weights = isinstance(made_by, keras.layers.Layer) and made_by.weights
    if isinstance(made_by, keras.layers.Activation) or not has_weights:
        return source(tensor)
    config = {**made_by.get_config(), "activation": "linear"}
    config["name"] = f"{made_by.name}_logits"
    copy = type(made_by).from_config(config)
    logits = copy(source(tensor))
    copy.set_weights(made_by.get_weights())
    copy.trainable = made_by.trainable
    return logits
