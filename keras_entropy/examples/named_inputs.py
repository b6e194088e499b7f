"""Each of a model's inputs by a name, and rows of all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import keras

from keras_entropy.arrays import Array

# The name of one array of inputs, and what the names of several begin with.
X = "x"
# The structure of one array, as text.
ONE = json.dumps(X)


def is_structure(x: Any) -> bool:
    """Whether inputs are several, in a dict, a list or a tuple."""
    return bool(keras.tree.is_nested(x))


def named(x: Any) -> dict[str, Array]:
    """Returns each array by its name, such as `"x"`, `"x/age"` or `"x/0"`.

    Args:
        x: An array, or a dict, list or tuple of arrays, nested or not.
    """
    if not is_structure(x):
        return {X: x}
    found = keras.tree.flatten_with_path(x)
    return {"/".join([X, *map(str, path)]): leaf for path, leaf in found}


def rows(x: Any, chosen: Array) -> Any:
    """Returns rows of all inputs.

    Args:
        x: As of `named`.
        chosen: Row numbers, or booleans.
    """
    return keras.tree.map_structure(lambda leaf: leaf[chosen], x)


def structure_of(x: Any) -> str:
    """Returns the structure as text, in JSON: names in the places of the arrays."""
    return json.dumps(keras.tree.pack_sequence_as(x, list(named(x))))


def names_in(structure: str) -> list[str]:
    """Returns the names in a structure as of `structure_of`."""
    found: list[str] = keras.tree.flatten(json.loads(structure))
    return found


def put_together(structure: str, arrays: Mapping[str, Array]) -> Any:
    """Returns inputs in a structure; tuples come back as lists.

    Args:
        structure: As of `structure_of`.
        arrays: Each array by its name.
    """
    return keras.tree.map_structure(lambda name: arrays[name], json.loads(structure))
