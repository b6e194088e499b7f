"""A user's own trainer in the place of what trains the models of a stack."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.labels import class_indices
from keras_entropy.models.defending import probabilities_of
from keras_entropy.models.endings import ending_of
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.shadow.trainer import Trainer

# On so many examples a stack must answer as the models by themselves.
PROBE = 64


class OwnTraining:
    """Trains a stack as `shadow.train` does, but each model by a user's trainer.

    Args:
        trainer: Trains one of them.
        inputs: Function that makes of rows of a table what the trainer takes.
        from_logits: Boolean, whether its models end in logits. Defaults to `False`.
    """

    def __init__(
        self,
        trainer: Trainer,
        inputs: Callable[[Array], Any],
        *,
        from_logits: bool = False,
    ) -> None:
        self._trainer = trainer
        self._inputs = inputs
        self._from_logits = from_logits

    def __call__(
        self,
        model: keras.Model,
        stack: Stack,
        x: Array,
        y: Array,
        rows: Integers,
        *,
        epochs: int,
        batch_size: int,
        seeds: Sequence[int],
        privacy: PrivateGradients | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Stack:
        """Returns the trained stack.

        Args:
            model: The model that addresses the stack: the one that the trainer stands
                for, or one with layers behind it that have no weights.
            stack: Not used: the trainer makes its models itself.
            x: Array `(N, ...)` of inputs.
            y: Class numbers, or one-hot rows, of N examples.
            rows: Integers `(K, n)`: what each model is trained on.
            epochs: Not used, but told to `progress`.
            batch_size: Not used.
            seeds: K integers.
            privacy: Not taken.
            progress: Called with `epochs` after each model.

        Raises:
            ValueError: As for `Trainer`; if a model is not the one that it stands for
                with other weights, or has the weights of one of other examples.
        """
        if privacy is not None:
            raise ValueError("`trainer` trains as it does, and by no private steps")
        labels = class_indices(y)
        values: list[list[Array]] = []
        seen: dict[bytes, int] = {}
        for number, (chosen, seed) in enumerate(zip(rows, seeds, strict=True)):
            found = self._trainer(self._inputs(x[chosen]), labels[chosen], seed)
            other = seen.setdefault(weights_digest(found), number)
            if not np.array_equal(rows[other], chosen):
                raise ValueError(
                    equal_weights(self._trainer, seeds[other], seeds[number])
                )
            values.append(self._values(model, found, x[:PROBE]))
            if progress is not None:
                progress(epochs)
        columns = [np.concatenate(column) for column in zip(*values, strict=True)]
        return Stack(variables_of(model), columns)

    def _values(self, model: keras.Model, found: keras.Model, x: Array) -> list[Array]:
        name = self._trainer.name
        logits = self._from_logits
        try:
            one, other = (
                probabilities_of(each, from_logits=ends_in_logits(each, logits))
                for each in (model, found)
            )
            answers = other.predict(self._inputs(x), verbose=0)
        except ValueError as error:
            raise ValueError(f"`trainer` {name}: {error}") from error
        stack = stack_of([found], model, one, x, answers[None])
        if stack is None:
            raise ValueError(
                f"`trainer` {name} must return models that are {model.name!r} with "
                "other weights: layers are put in front of its answers, and fitted to "
                "them. Models of another architecture are taken by "
                "`membership_audit(..., trainer=...)`, which tells what yours gives "
                f"away. Received: {found.name!r}, which answers otherwise with its "
                "weights in your model, or has others"
            )
        return stack.values(model)


def equal_weights(trainer: Trainer, first: int, second: int) -> str:
    """Returns the message about a trainer that gives equal models.

    Args:
        trainer: The trainer.
        first: Integer, the seed of one of them.
        second: Integer, of the other.
    """
    return (
        f"`trainer` {trainer.name} must train a new model on the examples that it is "
        "given. It has returned equal weights for other examples and other seeds, "
        f"{first} and {second}"
    )


def stack_of(
    models: Sequence[keras.Model],
    target: keras.Model,
    probabilities: keras.Model,
    probe: Array,
    answers: Array,
) -> Stack | None:
    """Returns the models' weights in another model, if it answers as they do.

    Their configurations tell less: names differ, and seeds.

    Args:
        models: K models.
        target: The model that is to hold their weights.
        probabilities: The same, with class probabilities as its output.
        probe: Array `(n, ...)`: inputs.
        answers: Array `(K, n, C)`: the models' own probabilities about these.

    Returns:
        `None` if the target is another model.
    """
    own = variables_of(target)
    values = [[_value(v) for v in variables_of(model)] for model in models]
    shapes = [tuple(v.shape) for v in own]
    if any([v.shape for v in each] != shapes for each in values):
        return None
    columns = [np.stack(column) for column in zip(*values, strict=True)]
    stack = Stack(own, columns)
    found = predict(probabilities, stack, probe)
    alike = found.shape == answers.shape and np.allclose(found, answers, atol=1e-5)
    return stack if alike else None


def ends_in_logits(model: keras.Model, from_logits: bool) -> bool:
    """Whether a trainer's model ends in logits, whatever the target ends in.

    Args:
        model: The model.
        from_logits: Boolean, whether the target does.
    """
    ending = ending_of(model, from_logits=False)
    if ending.holds_probabilities:
        return False
    # As where a softmax was added to a model that was trained without one.
    return from_logits or ending.function == "linear"


def weights_digest(model: keras.Model) -> bytes:
    """Returns a hash of a model's weights."""
    weights = model.get_weights()
    parts = itertools.chain.from_iterable(
        (str((w.shape, w.dtype)).encode(), w.tobytes()) for w in weights
    )
    return hashlib.blake2b(b"".join(parts)).digest()


def _value(variable: Any) -> Array:
    value: Array = keras.ops.convert_to_numpy(variable.value)
    return value
