from __future__ import annotations

import abc
import logging
from typing import Any
from typing import ClassVar
from typing import Self

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.labels import class_indices
from keras_entropy.layers.defense import Defense
from keras_entropy.numerics.finite_rows import MOST
from keras_entropy.numerics.finite_rows import listed
from keras_entropy.numerics.finite_rows import not_finite

_LOG = logging.getLogger(__name__)


class FittedDefense(Defense, abc.ABC):
    """Abstract: a defense whose numbers come from reference examples.

    Reference examples are labelled, of the same kind as the data that the model will
    meet, and no member: the model was not trained on them. `fit` sees answers alone and
    can't tell; `keras_entropy.catalog.build` compares the inputs. The numbers are
    weights that training leaves alone; they are saved with the model. Until `fit` has
    set them, every answer is the same uniform row, and `keras_entropy.defend` refuses
    the layer.

    A layer with `needs_members` is fitted to the model's answers to training examples
    as well. Those are members, the reference examples are not.
    """

    needs_members: ClassVar[bool] = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._warnings_given: set[str] = set()

    @abc.abstractmethod
    def values(self, outputs: Floats, labels: Integers) -> list[Floats]:
        """Returns the numbers that `fit` stores, in the order of the layer's weights.

        A layer with `needs_members` takes a third argument, `members`.

        Args:
            outputs: float32 array `(n, classes)`: the undefended model's answers.
            labels: Integer array `(n,)`.
        """

    def queries(self, x: Array, *, seed: int = 0) -> Array:
        """Returns what to ask the undefended model in order to fit the layer.

        Args:
            x: Array `(n, ...)` of reference inputs.
            seed: Integer, for layers that ask random questions.
        """
        return x

    def fit(self, outputs: Any, labels: Any, *, members: Any = None) -> Self:
        """Sets the layer's numbers.

        Args:
            outputs: Array `(n, classes)`: the undefended model's answers to reference
                examples, `model.predict(layer.queries(x))`.
            labels: Their classes, `(n,)`, `(n, 1)` or one-hot.
            members: Array `(m, classes)`: the undefended model's answers to examples
                that it was trained on, for the layers that need them.

        Returns:
            The layer itself.

        Raises:
            ValueError: If `outputs` are no class probabilities, `labels` no classes,
                or there are too few of them; if `members` are needed and missing, or
                given and not needed.
        """
        outputs, labels = check_reference(outputs, labels)
        members = self._check_members(members, outputs.shape[-1])
        if not self.built:
            self.build((None, outputs.shape[-1]))
        if outputs.shape[-1] != self.built_classes:
            raise ValueError(
                f"`outputs` must have the layer's {self.built_classes} classes. "
                f"Received: outputs of shape {outputs.shape}"
            )
        examples = (outputs, labels) if members is None else (outputs, labels, members)
        for variable, value in zip(self.weights, self.values(*examples), strict=True):
            variable.assign(value)
        return self

    def _check_members(self, members: Any, classes: int) -> Floats | None:
        if (members is not None) != self.needs_members:
            rule = "is fitted to" if self.needs_members else "has no use for"
            raise ValueError(
                f"`{self.name}` {rule} the model's answers to training examples: "
                f"`members`. Received: members={type(members).__name__}"
            )
        if members is None:
            return None
        members = np.asarray(members, "float32")
        if members.ndim != 2 or members.shape[-1] != classes or not len(members):
            raise ValueError(
                f"`members` must have shape (m, {classes}), m at least 1. "
                f"Received: members {members.shape}"
            )
        _check_probabilities("members", members)
        return members

    def _warn_once(self, message: str, about: str | None = None) -> None:
        # Once, also where the layer is fitted to many models in turn, of which each
        # has numbers of its own to tell.
        if (about or message) not in self._warnings_given:
            self._warnings_given.add(about or message)
            _LOG.warning("%s: %s", self.name, message)

    def _warn_of_rare_classes(self, classes: Integers, min_count: int) -> None:
        """Tells which classes are predicted for too few examples, if any are."""
        if len(classes):
            numbers = classes.tolist()
            told = numbers if len(numbers) <= MOST + 1 else listed(numbers)
            self._warn_once(
                f"classes {told} are predicted for fewer than {min_count} "
                "reference examples: pooled accuracy for these",
                about="rare classes",
            )

    @property
    def fitted(self) -> bool:
        """Whether the layer has been fitted, or loaded from a fitted one.

        Its numbers then differ from those of a layer as created. They alone are in a
        saved model, and tell it.
        """
        if not self.built:
            return False
        created = type(self).from_config(self.get_config())
        created.build((None, self.built_classes))
        return any(
            not np.array_equal(own, unfitted)
            for own, unfitted in zip(
                self.get_weights(), created.get_weights(), strict=True
            )
        )


def check_reference(outputs: Any, labels: Any) -> tuple[Floats, Integers]:
    """Returns float32 outputs and int64 labels, or raises `ValueError`."""
    outputs = np.asarray(outputs, "float32")
    classes = outputs.shape[-1] if outputs.ndim == 2 else None
    labels = class_indices(labels, classes, name="labels")
    if outputs.ndim != 2 or len(labels) != len(outputs) or not len(labels):
        raise ValueError(
            "Reference examples need `outputs` of shape (n, classes) and n `labels`, n "
            "at least 1. "
            f"Received: outputs {outputs.shape}, labels {labels.shape}"
        )
    _check_probabilities("outputs", outputs)
    return outputs, labels


def _check_probabilities(name: str, rows: Floats) -> None:
    wrong = not_finite(rows)
    if wrong is not None:
        raise ValueError(f"`{name}` must be finite. Received: {wrong}")
    sums = rows.sum(axis=-1, dtype="float64")
    if not (np.abs(sums - 1) <= 1e-3).all() or (rows < 0).any():
        raise ValueError(
            f"`{name}` must be class probabilities: not negative, with rows that sum "
            f"to 1. Received: a smallest entry of {rows.min()}, sums from "
            f"{sums.min()} to {sums.max()}"
        )
