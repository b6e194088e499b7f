"""What tells the training of one model from that of another, as plain text."""

import functools
import hashlib
import inspect
import json

import keras


def layers_of(model):
    """Yield the layers of a model, and those of the models inside it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
        else:
            yield layer


def configuration(model):
    """Return the configuration of a model as text, and digests of foreign code.

    Layers appear by number: automatic names count up through a session.

    Returns:
        `(text, sources)`: the text, and for each class from outside of Keras and this
        package the digest of the module that defines it.

    Raises:
        TypeError: If the configuration leaves something out: functions, tables made by
            `adapt`, what is not plain data.
    """
    parts = (model, *layers_of(model))
    trainable = [v.trainable for v in model.variables]
    text = json.dumps([_without_names(model.get_config(), {}), trainable])
    return text, _sources(parts)


def training_configuration(model):
    """Return what `configuration` does, with the optimizer and the loss.

    Raises:
        TypeError: As `configuration`.
    """
    text, sources = configuration(model)
    # Read anew each time: a learning rate may have been changed after `compile`.
    optimizer = keras.optimizers.serialize(model.optimizer)
    del optimizer["config"]["name"]
    loss, parts = model.loss, [model.optimizer]
    if not isinstance(loss, str):
        parts.append(loss)
        loss = keras.losses.serialize(loss)
    weights = model.get_compile_config()["loss_weights"]
    return json.dumps([text, optimizer, loss, weights]), sources + _sources(parts)


def _sources(parts):
    found = {_source(type(part)) for part in parts if not _is_own(part)}
    return tuple(sorted(found))


def _is_own(part):
    if hasattr(part, "adapt") or inspect.isfunction(part):
        raise TypeError(f"the configuration of {part!r} is incomplete")
    return type(part).__module__.startswith(("keras.", "keras_entropy."))


@functools.cache
def _source(kind):
    try:
        text = inspect.getsource(inspect.getmodule(kind))
    except OSError as error:
        raise TypeError(f"the source of {kind} can't be read") from error
    return f"{kind.__qualname__}:{hashlib.sha256(text.encode()).hexdigest()}"


def _without_names(config, numbers, *, is_name=False):
    if isinstance(config, dict):
        if config.get("class_name") == "function":
            raise TypeError(f"a function is known by its name only: {config}")
        return {
            key: value
            if key == "dtype"
            else _without_names(
                value,
                numbers,
                is_name=key in ("name", "keras_history") or key.endswith("put_layers"),
            )
            for key, value in config.items()
        }
    if isinstance(config, list | tuple):
        return [_without_names(item, numbers, is_name=is_name) for item in config]
    if is_name and isinstance(config, str):
        return numbers.setdefault(config, len(numbers))
    return config
