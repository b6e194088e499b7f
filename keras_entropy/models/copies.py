"""Copies of models, for recipes that write into the layers of the model they train."""

from __future__ import annotations

import keras

_ACTIVATION_LAYERS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.ELU)


def copy_of(model: keras.Model) -> keras.Model:
    """Returns the model with weights of its own, compiled if the model is.

    Recipes write into the layers that a defended model shares with the undefended
    one. Layers with an `adapt` method are not trained, and are shared: their tables
    are no weights, and a clone would come without them.
    """

    def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
        if hasattr(layer, "adapt"):
            return layer
        return type(layer).from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=clone, recursive=True)
    copy.set_weights(model.get_weights())
    optimizer = unused_optimizer(model)
    if optimizer is not None:
        copy.compile(optimizer)
    return copy


def unused_optimizer(model: keras.Model) -> keras.optimizers.Optimizer | None:
    """Returns a new optimizer configured like the model's, or `None` without one."""
    own = getattr(model, "optimizer", None)
    return optimizer_like(own) if own is not None else None


def optimizer_like(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Returns a new optimizer of the same configuration."""
    return type(optimizer).from_config(optimizer.get_config())


def linear_copy(model: keras.Model) -> keras.Model:
    """Returns the model, with weights of its own, without its activation functions.

    That is what the study's refined models are: they were put together from the
    children of a module whose ReLUs were function calls.
    """

    def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
        if hasattr(layer, "adapt"):
            return layer
        if isinstance(layer, _ACTIVATION_LAYERS):
            return keras.layers.Identity(name=layer.name)
        config = layer.get_config()
        # A recurrent layer is no longer itself without its activation.
        if "activation" in config and not isinstance(layer, keras.layers.RNN):
            config["activation"] = "linear"
        return type(layer).from_config(config)

    copy = keras.models.clone_model(model, clone_function=clone, recursive=True)
    copy.set_weights(model.get_weights())
    return copy
