from __future__ import annotations

from typing import Any

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.layers.perturbation.label_invariance import LabelInvariance
from keras_entropy.models import graph
from keras_entropy.models.adapters import LogitsToProbabilities
from keras_entropy.models.adapters import TwoClasses
from keras_entropy.models.asked_copies import inside_of
from keras_entropy.models.asked_copies import mean_over_copies
from keras_entropy.models.endings import ending_of


def defend(model: Any, *layers: Defense, from_logits: bool = False) -> keras.Model:
    """Returns a new model whose answers pass through the given defenses.

    The model given is not changed: a Keras model caches its compiled `predict`, so a
    layer added to a model that has predicted before would silently not defend it.
    The new model shares the layers and weights of the old one and is not compiled.
    A layer that expects logits takes the place of the softmax: then a last layer
    that has both weights and the softmax, such as `Dense(10, activation="softmax")`,
    is copied without it, and the copy's weights are separate. One that expects copies
    is put around the model, which is asked about noisy copies of each input.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    ... )
    >>> defended = keras_entropy.defend(model, keras_entropy.TemperatureScaling(4.0))
    >>> defended.save("defended.keras")

    Args:
        model: Functional or `Sequential` Keras model with one output
            `(batch, ..., classes)` that ends in a softmax, in one sigmoid unit (which
            becomes two classes), in logits (see `from_logits`) or in another defense.
        *layers: Defenses in the order in which they act. One that expects logits or
            copies must come first.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.

    Returns:
        A new `keras.Model` of class probabilities `(batch, ..., classes)`.

    Raises:
        TypeError: If `model` is no Keras model or a layer is no defense.
        ValueError: If the model is subclassed or has several outputs, does not end
            as said above, has fewer than 2 classes or a name that a layer has too, or a
            layer was built for another number of classes; if a layer expects copies,
            and the model has several inputs, or one that is no array of floats of one
            shape.
    """
    ending = ending_of(model, from_logits=from_logits)
    _check_layers(model, layers)
    first = layers[0]
    if first.expects == "logits":
        tensor = ending.logits()
    elif isinstance(first, LabelInvariance):
        plain = probabilities_of(model, from_logits=from_logits)
        tensor = mean_over_copies(plain, first)
    else:
        tensor = ending.probabilities()
    for layer in layers:
        _check_classes(layer, tensor)
        tensor = layer(tensor)
    return keras.Model(graph.model_inputs(model), tensor, name=f"{model.name}_defended")


def probabilities_of(model: Any, *, from_logits: bool = False) -> keras.Model:
    """Returns the undefended model with class probabilities as its output.

    The model that `defend` appends transforms to: logits get a softmax, one sigmoid
    unit becomes two classes, and anything else stays as it is.

    Args:
        model: As for `defend`.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.

    Returns:
        An uncompiled `keras.Model` that shares layers and weights with `model`.

    Raises:
        TypeError: If `model` is no Keras model.
        ValueError: As for `defend`.
    """
    ending = ending_of(model, from_logits=from_logits)
    return keras.Model(
        graph.model_inputs(model),
        ending.probabilities(),
        name=f"{model.name}_probabilities",
    )


def logits_of(model: Any, *, from_logits: bool = False) -> keras.Model:
    """Returns the undefended model up to what its softmax is fed.

    The model whose output a head is fed: one sigmoid unit becomes the logits of two
    classes. As in `defend`, a last layer that has both weights and the softmax is
    copied.

    Args:
        model: As for `defend`.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.

    Returns:
        An uncompiled `keras.Model` of logits `(batch, ..., classes)`, at least 2.

    Raises:
        TypeError: If `model` is no Keras model.
        ValueError: As for `defend`.
    """
    ending = ending_of(model, from_logits=from_logits)
    return keras.Model(
        graph.model_inputs(model),
        ending.logits(),
        name=model.name,
    )


def strip(model: Any) -> keras.Model:
    """Returns the model without its defenses, the inverse of `defend`.

    Works on loaded models too. Shares layers and weights with `model`. Where a head
    took the softmax's place, the result ends in a softmax (or sigmoid) of the logits
    that the head was fed.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    ... )
    >>> defended = keras_entropy.defend(model, keras_entropy.TemperatureScaling(4.0))
    >>> undefended = keras_entropy.strip(defended)

    Args:
        model: A model that ends in defenses.

    Returns:
        A new, uncompiled `keras.Model`.

    Raises:
        TypeError: If `model` is no Keras model.
        ValueError: If the model does not end in a defense.
    """
    tensor = graph.single_output(model)
    removed: list[Defense] = []
    while isinstance(graph.operation(tensor), Defense):
        removed.append(graph.operation(tensor))
        tensor = graph.source(tensor)
    if not removed:
        raise ValueError(
            "`model` must end in a defense of keras_entropy. "
            f"Received: model={model.name!r}, which ends in "
            f"{graph.operation(tensor).name!r}"
        )
    inputs = graph.model_inputs(model)
    if isinstance(removed[-1], LabelInvariance):
        inputs, tensor = inside_of(tensor)
    replaced_softmax = removed[-1].expects == "logits"
    activation = "softmax"
    if isinstance(graph.operation(tensor), LogitsToProbabilities):
        tensor = graph.source(tensor)
    if isinstance(graph.operation(tensor), TwoClasses):
        tensor = graph.source(tensor)
        activation = "sigmoid"
    if replaced_softmax:
        tensor = keras.layers.Activation(activation, dtype="float32")(tensor)
    return keras.Model(inputs, tensor, name=f"{model.name}_stripped")


def _check_classes(layer: Defense, tensor: Any) -> None:
    axes = layer.input_spec.axes if layer.input_spec else {}  # none before it is built
    built_for = axes.get(-1, tensor.shape[-1])
    if built_for != tensor.shape[-1]:
        raise ValueError(
            f"`{layer.name}` was built for {built_for} classes, and its weights with "
            "it; defend this model by a new layer. "
            f"Received: a model of {tensor.shape[-1]} classes"
        )


def _check_layers(model: keras.Model, layers: tuple[Any, ...]) -> None:
    if not layers:
        raise ValueError("`layers` must hold at least one defense. Received: none")
    for layer in layers:
        if not isinstance(layer, Defense):
            raise TypeError(
                "`layers` must be instances of keras_entropy.Defense, such as "
                "`keras_entropy.TemperatureScaling(2.0)`. "
                f"Received: {layer!r}"
            )
        if isinstance(layer, FittedDefense) and not layer.fitted:
            raise ValueError(
                f"`{layer.name}` must be fitted to reference examples first: "
                "`layer.fit(model.predict(x), y)`. Received: a layer as created"
            )
    for layer in layers[1:]:
        if layer.expects != "probabilities":
            place = {
                "logits": "it takes the place of the softmax",
                "copies": "the model is asked about copies of its input",
            }
            raise ValueError(
                f"`{layer.name}` expects {layer.expects}, so it must be the first "
                f"layer: {place[layer.expects]}. Received: "
                f"layers={[layer.name for layer in layers]}"
            )
    names = [layer.name for layer in (*model.layers, *layers)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            "Each layer needs a name of its own. Pass `name=` to the new layer. "
            f"Received: names used twice={twice}"
        )
