"""Inputs of whatever structure as one table, and the table as the inputs of a model.

What looks at inputs without a model (equal rows, tests of columns, neighbors, hashes)
sees one array with a row for each example. A model sees what the user gave.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.examples.arrays_of import common_type


@dataclasses.dataclass(frozen=True)
class Part:
    """One of a model's inputs.

    Args:
        name: Its place, such as `"age"` in a dict and `"0"` in a list.
        shape: Of an example.
        dtype: NumPy's name of the type; `"object"` of strings.
        ragged: Boolean, whether its rows are tuples of any length.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    ragged: bool = False

    @property
    def columns(self) -> int:
        """Integer, how many columns of a table it takes."""
        return int(np.prod(self.shape, dtype=int))

    def __str__(self) -> str:
        if self.ragged:
            return f"{self.name}: ragged rows"
        kind = "strings" if self.dtype == "object" else self.dtype
        shape = ", ".join(["N", *map(str, self.shape)])
        return f"{self.name}: {kind} ({shape})"


@dataclasses.dataclass(frozen=True)
class InputForm:
    """How the columns of a table are the inputs of a model.

    Args:
        structure: Dict, list or tuple whose leaves are the numbers of `parts`; `None`
            for a model that takes one array, which is the table then.
        parts: The inputs, in the order of their columns. Not known of one array.
        dtype: NumPy's name of the type of the table.
    """

    structure: Any = None
    parts: tuple[Part, ...] = ()
    dtype: str = ""

    @classmethod
    def of(cls, tree: Any) -> InputForm:
        """Returns the form of inputs.

        Args:
            tree: Dict, list or tuple of arrays with one row an example, nested or not,
                as of `array_of`. Or one array.
        """
        if isinstance(tree, np.ndarray):
            return cls()
        named = keras.tree.flatten_with_path(tree)
        parts = tuple(
            Part(
                "/".join(map(str, path)),
                leaf.shape[1:],
                leaf.dtype.name,
                _ragged(leaf),
            )
            for path, leaf in named
        )
        dtype = common_type([leaf for _, leaf in named])
        numbers = keras.tree.pack_sequence_as(tree, [*range(len(parts))])
        return cls(numbers, parts, "object" if dtype is None else dtype.name)

    @property
    def names(self) -> list[str]:
        """The places of the inputs, in the order of their columns."""
        return [part.name for part in self.parts]

    def table(self, tree: Any) -> Array:
        """Returns inputs of this form as one array `(N, ...)`.

        Args:
            tree: Of the structure of the form, with arrays of the shapes of its parts.
        """
        if self.structure is None:
            return np.asarray(tree)
        leaves = [np.asarray(leaf) for leaf in keras.tree.flatten(tree)]
        if len(leaves) == 1:
            return leaves[0].astype(self.dtype, copy=False)
        columns = [
            leaf.reshape(len(leaf), part.columns).astype(self.dtype, copy=False)
            for leaf, part in zip(leaves, self.parts, strict=True)
        ]
        return np.concatenate(columns, axis=1)

    def arrays(self, table: Array) -> Any:
        """Returns the inputs in a table, as NumPy arrays in their structure.

        Args:
            table: Array `(N, ...)`, as of `table`.
        """
        if self.structure is None:
            return table
        if len(self.parts) == 1:
            leaves = [table]
        else:
            ends = np.cumsum([part.columns for part in self.parts])[:-1]
            leaves = [
                piece.reshape(len(table), *part.shape).astype(part.dtype)
                for piece, part in zip(
                    np.split(table, ends, axis=1), self.parts, strict=True
                )
            ]
        return keras.tree.pack_sequence_as(self.structure, leaves)

    def inputs(self, table: Array) -> Any:
        """Returns the inputs in a table as a model takes them.

        They are as the user gave them, but strings and ragged rows, which are tensors.

        Args:
            table: Array `(N, ...)`, as of `table`.

        Raises:
            TypeError: If there are strings, and Keras' backend is not TensorFlow.
        """
        if self.structure is None:
            return _as_taken(table)
        leaves = keras.tree.flatten(self.arrays(table))
        return keras.tree.pack_sequence_as(self.structure, [*map(_as_taken, leaves)])

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts)) or "one array"


def in_one_form(
    forms: Sequence[InputForm], tables: Sequence[Array], names: Sequence[str]
) -> tuple[InputForm, list[Array]]:
    """Returns the form of several sets of examples, and all of them in that form.

    Single arrays stay as they are.

    Args:
        forms: Of each set.
        tables: Each set, as of `InputForm.table`.
        names: What a message calls them.

    Raises:
        ValueError: If they are of different structure, shape or kind.
    """
    first = forms[0]
    if all(form.structure is None for form in forms):
        return first, [*tables]
    for form, name in zip(forms[1:], names[1:], strict=True):
        if form.structure != first.structure or [
            _kind(part) for part in form.parts
        ] != [_kind(part) for part in first.parts]:
            raise ValueError(
                f"{names[0]} and {name} must have inputs of one form. Received: "
                f"{first}; and {form}"
            )
    trees = [form.arrays(x) for form, x in zip(forms, tables, strict=True)]
    columns = [
        [np.asarray(leaf) for leaf in keras.tree.flatten(tree)] for tree in trees
    ]
    widest = []
    for part, leaves in zip(first.parts, zip(*columns, strict=True), strict=True):
        dtype = common_type([*leaves])
        if dtype is None:
            raise ValueError(
                f"{' and '.join(names)}: no type of numbers holds the input "
                f"{part.name!r} of both exactly. Received: dtypes "
                f"{', '.join(leaf.dtype.name for leaf in leaves)}"
            )
        widest.append(dataclasses.replace(part, dtype=dtype.name))
    together = common_type(
        [
            np.concatenate([leaf.astype(part.dtype) for leaf in leaves])
            for part, leaves in zip(widest, zip(*columns, strict=True), strict=True)
        ]
    )
    form = InputForm(
        first.structure,
        tuple(widest),
        "object" if together is None else together.name,
    )
    return form, [form.table(tree) for tree in trees]


def _kind(part: Part) -> tuple[str, tuple[int, ...], bool, bool]:
    return part.name, part.shape, part.dtype == "object", part.ragged


def _ragged(leaf: Array) -> bool:
    return bool(leaf.dtype == object and leaf.size and isinstance(leaf.flat[0], tuple))


def _as_taken(values: Array) -> Any:
    if values.dtype.kind not in "OU":
        return values
    if keras.backend.backend() != "tensorflow":
        raise TypeError(
            "Strings and ragged inputs need the TensorFlow backend of Keras. "
            f"Received: {keras.backend.backend()!r}"
        )
    import tensorflow as tf

    if not _ragged(values):
        return tf.constant(values, tf.string)
    return tf.ragged.constant([[*row] for row in values[:, 0]])
