"""What a functional model ends in, and the tensor that its softmax is fed."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.layers.defense import Defense

_TRANSPARENT = (keras.layers.Identity,)


def operation(tensor: Any) -> Any:
    """Returns the layer or operation that made a symbolic tensor."""
    return tensor._keras_history.operation


def source(tensor: Any) -> Any:
    """Returns the first symbolic input of the operation that made `tensor`."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index].input_tensors[0]


def model_inputs(model: keras.Model) -> Any:
    """Returns the inputs in the structure that the model is called with."""
    # `Sequential.input` raises and `Model(model.inputs, ...)` turns one input into a
    # list, which warns at every trace.
    return model.inputs[0] if isinstance(model, keras.Sequential) else model.input


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


def activation_of(tensor: Any) -> str | None:
    """Names the function that made `tensor`.

    Returns:
        `"defense"`, `"softmax"`, `"sigmoid"`, the name of another activation, or
        `None` where the ending is not a known kind.
    """
    made_by = operation(tensor)
    if isinstance(made_by, Defense):
        return "defense"
    if isinstance(made_by, keras.layers.Softmax):
        return _softmax_over(made_by.axis, tensor)
    if isinstance(made_by, keras.Model):
        # A subclassed model has no graph to look into.
        inner = getattr(made_by, "outputs", None)
        return activation_of(inner[0]) if inner else None
    if isinstance(made_by, _TRANSPARENT):
        return activation_of(source(tensor))
    activation = getattr(made_by, "activation", None)
    if activation is keras.activations.linear and isinstance(
        made_by, keras.layers.Activation
    ):
        return activation_of(source(tensor))
    if activation is not None:
        return getattr(activation, "__name__", None)
    if type(made_by).__module__.startswith("keras."):
        if type(made_by).__name__ == "Softmax":
            return _softmax_over(made_by.axis, tensor)
        return {"Sigmoid": "sigmoid"}.get(type(made_by).__name__)
    return None


def _softmax_over(axis: Any, tensor: Any) -> str:
    last = axis in (-1, len(tensor.shape) - 1)
    return "softmax" if last else f"softmax(axis={axis})"


def logits_of(tensor: Any) -> Any:
    """Returns the symbolic tensor whose softmax (or sigmoid) `tensor` is.

    A layer that holds both weights and the activation, such as
    `Dense(10, activation="softmax")`, is copied without the activation, weights
    included, since Keras layers can't share variables.
    """
    made_by = operation(tensor)
    if isinstance(made_by, keras.Model):
        inner = single_output(made_by)
        without = keras.Model(
            model_inputs(made_by), logits_of(inner), name=f"{made_by.name}_logits"
        )
        history = tensor._keras_history
        arguments = made_by._inbound_nodes[history.node_index].arguments
        return without(*arguments.args)
    if isinstance(made_by, _TRANSPARENT):
        return logits_of(source(tensor))
    if isinstance(made_by, keras.layers.Activation):
        if made_by.activation is keras.activations.linear:
            return logits_of(source(tensor))
        return source(tensor)
    if not isinstance(made_by, keras.layers.Layer) or not made_by.weights:
        return source(tensor)
    config = {**made_by.get_config(), "activation": "linear"}
    config["name"] = f"{made_by.name}_logits"
    copy = type(made_by).from_config(config)
    logits = copy(source(tensor))
    copy.set_weights(made_by.get_weights())
    copy.trainable = made_by.trainable
    return logits


def looks_like_probabilities(model: keras.Model, examples: int = 8) -> bool:
    """Whether the model's rows are distributions on a probe batch of noise.

    Only for endings that aren't a known kind, such as a custom layer.
    """
    generator = np.random.default_rng(0)

    def noise(tensor: Any) -> Any:
        shape = (examples, *(size or examples for size in tensor.shape[1:]))
        values = generator.normal(size=shape)
        return ops.cast(values, tensor.dtype)

    probe = keras.tree.map_structure(noise, model_inputs(model))
    rows = np.asarray(ops.convert_to_numpy(model(probe, training=False)), "float64")
    return bool(
        np.isfinite(rows).all()
        and (rows >= 0).all()
        and np.allclose(rows.sum(axis=-1), 1, atol=1e-3)
    )
