"""Neighbors of the user's own: a function or a Keras layer."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.named_objects import named_object
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.families.layer_calls import called
from keras_entropy.queries.families.layer_calls import in_type_of
from keras_entropy.queries.input_checks import FIRST
from keras_entropy.queries.input_checks import check_examples
from keras_entropy.queries.input_checks import check_question

# A function of examples and a seed, or a Keras layer.
NeighborMaker = Callable[..., Any]


class GivenNeighbors(Family):
    """Asks about what a function or a layer makes of the examples.

    Args:
        made_by: Function `(x, seed) -> x'`, or Keras layer, which is called as in
            training.
        seed: Integer.
    """

    def __init__(self, made_by: NeighborMaker, seed: int) -> None:
        super().__init__("given", seed)
        self._made_by = made_by

    def question(self, x: Array, y: Integers, number: int) -> Array:
        seed = self.number(number)
        # A function may change its argument in place.
        if isinstance(self._made_by, keras.layers.Layer):
            return in_type_of(x, called(self._made_by, x.copy(), seed))
        made: Any = self._made_by(x.copy(), seed)
        is_tensor = made is not None and keras.ops.is_tensor(made)
        return keras.ops.convert_to_numpy(made) if is_tensor else made


def given_neighbors(
    neighbors: NeighborMaker | str, x: Array, y: Integers, *, seed: int = 0
) -> Family:
    """Returns the family of a user's own neighbors, tried on the first examples.

    Args:
        neighbors: Function `(x, seed) -> x'` that returns a neighbor of each example,
            in their shape and type, and draws all that it draws from `seed`; or a Keras
            layer, which is called with `training=True`; or either as the text
            `"MODULE:NAME"` or `"FILE.py:NAME"`.
        x: Array `(N, ...)` of examples.
        y: Integers `(N,)`: their classes.
        seed: Integer. Defaults to `0`.

    Raises:
        TypeError: If it is neither, or makes something else than an array of the
            examples' type.
        ValueError: If the text names nothing; if the function fails, changes the shape,
            makes NaN or infinity, returns the examples as they are, or another result
            for the same seed.

    Warns:
        UserWarning: If it makes the same of each seed.
    """
    name = f"`neighbors` ({neighbors})" if isinstance(neighbors, str) else "`neighbors`"
    made_by = named_object(neighbors) if isinstance(neighbors, str) else neighbors
    _check_kind(made_by, name)
    x, y = check_examples(x, y)
    family = GivenNeighbors(made_by, seed)
    first = x[:FIRST], y[:FIRST]
    questions = []
    for number in (0, 1, 0):
        try:
            question = family.question(*first, number)
        except Exception as error:  # whatever a user's own function raises
            raise ValueError(
                f"{name} must take examples and a seed, and return a neighbor of each. "
                f"Received: {type(error).__name__}: {error}, for {len(first[0])} "
                f"examples of shape {x.shape[1:]} and dtype {x.dtype}"
            ) from error
        check_question(question, first[0], name)
        questions.append(question)
    one, other, one_again = questions
    if np.array_equal(one, first[0]) and np.array_equal(other, first[0]):
        raise ValueError(
            f"{name} must change the examples. Received: the examples as they are, "
            "which asks the same question again and tells no more"
        )
    if not np.array_equal(one, one_again):
        raise ValueError(
            f"{name} must draw all that it draws from its seed, such as by "
            "`numpy.random.default_rng(seed)`, or in a layer from a "
            "`keras.random.SeedGenerator` that it keeps: a model and those it is "
            "compared with are asked the same. Received: other neighbors for the same "
            "examples and seed"
        )
    if np.array_equal(one, other):
        warnings.warn(
            f"{name} makes the same neighbors of each seed, so that the same question "
            "is asked again and again. Let what it draws depend on `seed`",
            UserWarning,
            stacklevel=2,
        )
    return family


def _check_kind(made_by: Any, name: str) -> None:
    if inspect.isclass(made_by) and issubclass(made_by, keras.layers.Layer):
        raise TypeError(
            f"{name} must be a layer, not its class: make one, "
            f"`{made_by.__name__}(...)`. Received: {made_by!r}"
        )
    if not callable(made_by):
        raise TypeError(
            f"{name} must be a function `(x, seed) -> x'`, a Keras layer, or the text "
            "'MODULE:NAME' or 'FILE.py:NAME' of either. "
            f"Received: {made_by!r} of type {type(made_by).__name__}"
        )
