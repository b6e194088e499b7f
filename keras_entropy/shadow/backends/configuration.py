"""Text that tells the training of one model from that of another."""

import dataclasses
import functools
import hashlib
import inspect
import json
import types
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import keras


@dataclasses.dataclass(frozen=True)
class Configuration:
    """The configuration of a model, and of its training, as text.

    Args:
        text: Models of the same text do the same, if the sources are the same too.
        sources: For each class from outside of Keras and this package, its name and
            the digest of the module that defines it.
    """

    text: str
    sources: tuple[str, ...]


def layers_of(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers of a model, and those of the models inside it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
        else:
            yield layer


def configuration(model: keras.Model) -> Configuration:
    """Return the configuration of a model.

    Layers appear by number: automatic names count up through a session.

    Raises:
        TypeError: If the configuration leaves something out: functions, tables made by
            `adapt`, what is not plain data.
    """
    parts = (model, *layers_of(model))
    trainable = [v.trainable for v in model.variables]
    text = json.dumps([_without_names(model.get_config(), {}), trainable])
    return Configuration(text, _sources(parts))


def training_configuration(model: keras.Model) -> Configuration:
    """Return the configuration of a compiled model, its optimizer and its loss.

    Raises:
        TypeError: As `configuration`.
    """
    own = configuration(model)
    # Read anew each time: a learning rate may have been changed after `compile`.
    optimizer = keras.optimizers.serialize(model.optimizer)
    del optimizer["config"]["name"]
    loss, parts = model.loss, [model.optimizer]
    if not isinstance(loss, str):
        parts.append(loss)
        loss = keras.losses.serialize(loss)
    weights = model.get_compile_config()["loss_weights"]
    text = json.dumps([own.text, optimizer, loss, weights])
    return Configuration(text, own.sources + _sources(parts))


def _sources(parts: Iterable[object]) -> tuple[str, ...]:
    digests = {_source(type(part)) for part in parts if not _is_own(part)}
    return tuple(sorted(digests))


def _is_own(part: object) -> bool:
    """Tell whether an object is of Keras or of this package."""
    if hasattr(part, "adapt") or inspect.isfunction(part):
        raise TypeError(f"the configuration of {part!r} is incomplete")
    return type(part).__module__.startswith(("keras.", "keras_entropy."))


def _source(kind: type) -> str:
    """Return the name of a class and the digest of the module that defines it."""
    module = inspect.getmodule(kind)
    if module is None:
        raise TypeError(f"the module of {kind} can't be found")
    return f"{kind.__qualname__}:{_digest(module)}"


@functools.cache
def _digest(module: types.ModuleType) -> str:
    try:
        text = inspect.getsource(module)
    except OSError as error:
        raise TypeError(f"the source of {module} can't be read") from error
    return hashlib.sha256(text.encode()).hexdigest()


def _without_names(
    config: Any, numbers: dict[str, int], *, is_name: bool = False
) -> Any:
    """Return a configuration with numbers for names, in the order they appear."""
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
