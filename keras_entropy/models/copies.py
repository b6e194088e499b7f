"""Copies of models and of how they were compiled, for what trains them anew."""

from __future__ import annotations

import keras

from keras_entropy.models import graph
from keras_entropy.models.starting_rate import optimizer_at
from keras_entropy.models.starting_rate import present_rate
from keras_entropy.models.starting_rate import starting_rate
from keras_entropy.models.starting_rate import warn_of_lowered_rate

_ACTIVATION_LAYERS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.ELU)


def copy_of(model: keras.Model, *, learning_rate: float | None = None) -> keras.Model:
    """Returns the model with weights of its own, compiled if the model is.

    Recipes write into the layers that a defended model shares with the undefended
    one. Layers with an `adapt` method are not trained, and are shared: their tables
    are no weights, and a clone would come without them. The copy has the optimizer,
    and no loss: recipes bring their own, and the model's may be one that Keras can't
    build again.

    Args:
        model: The model.
        learning_rate: As for `unused_optimizer`. Defaults to `None`.
    """

    def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
        if hasattr(layer, "adapt"):
            return layer
        return type(layer).from_config(layer.get_config())

    # Keras clones a compiled model with its loss.
    uncompiled = keras.Model(
        graph.model_inputs(model), graph.single_output(model), name=model.name
    )
    copy = keras.models.clone_model(uncompiled, clone_function=clone, recursive=True)
    for variable, value in zip(copy.weights, uncompiled.weights, strict=True):
        variable.assign(value)
    optimizer = unused_optimizer(model, learning_rate=learning_rate)
    if optimizer is not None:
        copy.compile(optimizer)
    return copy


def unused_optimizer(
    model: keras.Model, *, learning_rate: float | None = None
) -> keras.optimizers.Optimizer | None:
    """Returns a new optimizer configured like the model's, or `None` without one.

    Args:
        model: The model.
        learning_rate: Float, of the new optimizer, or `None` for the one at which the
            model's training began, as far as it is known. Defaults to `None`.
    """
    own = getattr(model, "optimizer", None)
    if own is None:
        return None
    if learning_rate is None:
        learning_rate = starting_rate(model)
    return optimizer_at(own, learning_rate)


def optimizer_like(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Returns a new optimizer of the same configuration."""
    return type(optimizer).from_config(optimizer.get_config())


def compiled_as_before(
    model: keras.Model, *, learning_rate: float | None = None
) -> keras.Model:
    """Returns the model, compiled as it was before callbacks lowered its learning rate.

    Args:
        model: A compiled model with one output.
        learning_rate: Float, to train it anew at, or `None` for the rate at which its
            training began, as far as it is known. Defaults to `None`.

    Returns:
        The model itself where its learning rate is the one to train at; else a model
        that shares its layers and weights.

    Raises:
        ValueError: If there is no learning rate to set, or the model computes its loss
            in a way of its own.

    Warns:
        UserWarning: If the rate was lowered, and `learning_rate` is not given.
    """
    rate = starting_rate(model) if learning_rate is None else learning_rate
    if rate == present_rate(model.optimizer):
        return model
    if type(model).compute_loss is not keras.Model.compute_loss:
        raise ValueError(
            f"`model` must be compiled at the learning rate to train it anew at, {rate}"
            ": its own `compute_loss` can't be given to another model. "
            f"Received: model={model.name!r} of type {type(model).__name__}"
        )
    if learning_rate is None:
        warn_of_lowered_rate(model)
    again = keras.Model(
        graph.model_inputs(model), graph.single_output(model), name=model.name
    )
    compile_like(again, model, optimizer_at(model.optimizer, rate))
    return again


def compile_like(
    model: keras.Model, like: keras.Model, optimizer: keras.optimizers.Optimizer
) -> None:
    """Compiles a model with another one's loss itself, and an optimizer."""
    # From the objects, as Keras can't build every loss again from its configuration.
    weights = like.get_compile_config().get("loss_weights")
    model.compile(optimizer, loss=like.loss, loss_weights=weights)


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
