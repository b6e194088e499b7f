"""The kinds of ending of a model: what its probabilities are made of, and its logits.

A new kind is a subclass of `Ending`, and a case of `_found`.
"""

from __future__ import annotations

import dataclasses
from typing import Any
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from keras_entropy.layers.defense import Defense
from keras_entropy.models import graph
from keras_entropy.models.adapters import LogitsToProbabilities
from keras_entropy.models.adapters import TwoClasses


@dataclasses.dataclass(frozen=True)
class Ending:
    """Abstract: what a model ends in.

    Args:
        model: The model.
        output: Its one symbolic output `(batch, ..., classes)`.
        function: Name of the function that made the output, for messages, or `None`
            where Keras tells none, as of a layer of the user's own.
    """

    model: keras.Model
    output: Any
    function: str | None

    holds_probabilities: ClassVar[bool] = False

    def probabilities(self) -> Any:
        """Returns a symbolic tensor of probabilities, of 2 classes or more.

        Raises:
            ValueError: If the model has none.
        """
        raise self._refusal()

    def logits(self) -> Any:
        """Returns a symbolic tensor whose softmax the probabilities are.

        Raises:
            ValueError: If the model has none.
        """
        raise self._refusal()

    @property
    def has_one_unit(self) -> bool:
        """Whether an answer is one number."""
        return bool(self.output.shape[-1] == 1)

    def _refusal(self) -> ValueError:
        ending = graph.operation(self.output).name
        return ValueError(
            "`model` must end in class probabilities: a softmax over at least 2 "
            "classes or one sigmoid unit. If it ends in logits, pass "
            "`from_logits=True`; otherwise append `keras.layers.Softmax()`. Received: "
            f"model={self.model.name!r}, whose last layer {ending!r} has "
            f"activation={self.function!r} and output shape {tuple(self.output.shape)}"
        )


class DefenseEnding(Ending):
    """Another defense."""

    holds_probabilities = True

    def probabilities(self) -> Any:
        return self.output

    def logits(self) -> Any:
        raise ValueError(
            "A layer that expects logits takes the place of the softmax, but `model` "
            "already ends in a defense. Call `keras_entropy.strip(model)` first. "
            f"Received: model={self.model.name!r}"
        )


class SoftmaxEnding(Ending):
    """A softmax over the classes."""

    holds_probabilities = True

    def probabilities(self) -> Any:
        return self.output

    def logits(self) -> Any:
        return graph.before_activation(self.output)


class SigmoidEnding(Ending):
    """A sigmoid: of one unit, or else of labels that exclude none of each other."""

    holds_probabilities = True

    def probabilities(self) -> Any:
        if self.has_one_unit:
            return TwoClasses()(self.output)
        raise self._several_labels()

    def logits(self) -> Any:
        if self.has_one_unit:
            return TwoClasses(from_logits=True)(graph.before_activation(self.output))
        raise self._several_labels()

    def _several_labels(self) -> ValueError:
        return ValueError(
            "`model` must end in class probabilities, of classes that exclude each "
            f"other, and it ends in {self.output.shape[-1]} sigmoids. If each is a "
            "label of its own, audit them by `keras_entropy.attacks.audit_labels` on "
            f"`model.predict`. Received: model={self.model.name!r}"
        )


class LogitsEnding(Ending):
    """Logits, because the user says so: of the classes, or of one sigmoid unit."""

    def probabilities(self) -> Any:
        return LogitsToProbabilities()(self.logits())

    def logits(self) -> Any:
        if self.has_one_unit:
            return TwoClasses(from_logits=True)(self.output)
        return self.output


class OtherEnding(Ending):
    """A function whose values are no probabilities, such as `relu`."""


class UnknownEnding(Ending):
    """A layer of the user's own, which is judged by its answers."""

    def probabilities(self) -> Any:
        if not self.has_one_unit and _answers_with_probabilities(self.model):
            return self.output
        raise ValueError(
            "`model` must end in class probabilities, and what it ends in can't be "
            f"seen: {self._told}. Its answers are no distributions over at least 2 "
            "classes. Let it return logits and pass `from_logits=True`, of one unit "
            f"as well. Received: model={self.model.name!r}, of output shape "
            f"{tuple(self.output.shape)}"
        )

    def logits(self) -> Any:
        raise ValueError(
            "`model` must end in class probabilities whose softmax can be seen, as a "
            f"layer that expects logits takes its place: {self._told}. Let it return "
            f"logits and pass `from_logits=True`. Received: model={self.model.name!r}"
        )

    @property
    def _told(self) -> str:
        made_by = graph.operation(self.output)
        return f"{made_by.name!r} is a {type(made_by).__name__}, a class of its own"


_OF_ACTIVATION: dict[str, type[Ending]] = {
    "softmax": SoftmaxEnding,
    "sigmoid": SigmoidEnding,
}


def ending_of(model: Any, *, from_logits: bool) -> Ending:
    """Returns what a model ends in.

    Args:
        model: A Keras model with a graph and one output.
        from_logits: Whether the user says that it ends in logits.

    Raises:
        TypeError: If `model` is no Keras model.
        ValueError: If it has no graph or several outputs; if it ends in probabilities
            and is said to end in logits.
    """
    output = graph.single_output(model)
    cls, function = _found(output)
    if not from_logits:
        return cls(model, output, function)
    if cls.holds_probabilities:
        raise ValueError(
            "`from_logits=True` was given, but `model` ends in probabilities "
            f"({function}). Leave `from_logits` out. Received: model={model.name!r}"
        )
    return LogitsEnding(model, output, function)


def _found(tensor: Any) -> tuple[type[Ending], str | None]:
    """Returns the kind of what made `tensor`, and the function's name."""
    made_by = graph.operation(tensor)
    if isinstance(made_by, Defense):
        return DefenseEnding, "defense"
    if isinstance(made_by, keras.Model):
        inner = graph.inner_output(tensor)
        return (UnknownEnding, None) if inner is None else _found(inner)
    if graph.hands_on(made_by):
        return _found(graph.source(tensor))
    if isinstance(made_by, (keras.layers.Softmax, graph.SOFTMAX_OPERATION)):
        if made_by.axis in (-1, len(tensor.shape) - 1):
            return SoftmaxEnding, "softmax"
        return OtherEnding, f"softmax(axis={made_by.axis})"
    if isinstance(made_by, graph.SIGMOID_OPERATION):
        return SigmoidEnding, "sigmoid"
    activation = getattr(made_by, "activation", None)
    function = getattr(activation, "__name__", None)
    if function is None:
        return UnknownEnding, None
    return _OF_ACTIVATION.get(function, OtherEnding), function


def _answers_with_probabilities(model: keras.Model, examples: int = 8) -> bool:
    """Whether the model's rows are distributions on a probe batch of noise."""
    generator = np.random.default_rng(0)

    def noise(tensor: Any) -> Any:
        shape = (examples, *(size or examples for size in tensor.shape[1:]))
        values = generator.normal(size=shape)
        return ops.cast(values, tensor.dtype)

    probe = keras.tree.map_structure(noise, graph.model_inputs(model))
    try:
        rows = ops.convert_to_numpy(model(probe, training=False))
    except Exception:  # whatever a user's own layer raises on noise
        return False
    rows = np.asarray(rows, "float64")
    return bool(
        np.isfinite(rows).all()
        and (rows >= 0).all()
        and np.allclose(rows.sum(axis=-1), 1, atol=1e-3)
    )
