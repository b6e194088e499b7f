"""Inputs and labels from whatever a caller holds them in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.examples.arrays_of import array_of
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.named_inputs import is_structure
from keras_entropy.examples.named_inputs import named
from keras_entropy.examples.structures import tree_of
from keras_entropy.labels import class_indices
from keras_entropy.numerics.finite_rows import listed

TAKEN = (
    "a pair (x, y), where x is an array, a tensor, a list, a pandas table, or a dict "
    "or list of these with one entry for each input of the model; or a "
    "`tf.data.Dataset`, a PyTorch `DataLoader` or a `keras.utils.PyDataset` of batches "
    "(x, y)"
)
WAY_ROUND = (
    "Whatever the model takes, `keras_entropy.attacks.audit_outputs` audits what "
    "`model.predict` answers: it needs answers and labels alone"
)


@dataclasses.dataclass(frozen=True, eq=False)
class Examples:
    """Labelled examples.

    Args:
        x: Array `(N, ...)`: their inputs, in one table.
        y: Integers `(N,)`: their classes.
        form: How the table is what a model takes.
    """

    x: Array
    y: Integers
    form: InputForm


def read_examples(
    given: Any,
    name: str,
    *,
    classes: int | None = None,
    model: keras.Model | None = None,
) -> Examples:
    """Returns examples from a pair of inputs and labels, or from batches of both.

    Args:
        given: A pair `(x, y)`: x is an array, a tensor of any library, a list with one
            entry an example, a pandas `DataFrame` or `Series`, or a dict, list or tuple
            of these with one entry for each input of the model; y as for
            `class_indices`, in an array, a tensor, a list or a pandas `Series`. Or a
            `tf.data.Dataset`, PyTorch `DataLoader` or `keras.utils.PyDataset` of
            batches `(x, y)`, which is gone through once.
        name: String, how messages name it.
        classes: Integer, as for `class_indices`. Defaults to `None`.
        model: The model that is to take them. A `DataFrame` becomes one column for each
            of its inputs, if it has these by name. Defaults to `None`.

    Raises:
        TypeError: If it is nothing of this kind.
        ValueError: If lengths differ, there is no example, an integer is infinite, a
            value has no exact place in an array, or a label is no class.
    """
    x, y = pair_of(given, name)
    labels = class_indices(array_of(y, f"{name}: y"), classes, name=f"{name}: y")
    table, form = read_inputs(x, len(labels), name, model=model)
    return Examples(table, labels, form)


def read_inputs(
    x: Any, examples: int, name: str, *, model: keras.Model | None = None
) -> tuple[Array, InputForm]:
    """Returns the inputs of a pair alone, in one table, and their form.

    Args:
        x: As for `read_examples`.
        examples: Integer, how many labels there are.
        name: String, how messages name the pair.
        model: As for `read_examples`.

    Raises:
        TypeError: As for `read_examples`.
        ValueError: As for `read_examples`.
    """
    tree = read_structure(x, examples, name, model=model)
    form = InputForm.of(tree)
    return form.table(tree), form


def read_structure(
    x: Any, examples: int, name: str, *, model: keras.Model | None = None
) -> Any:
    """Returns the inputs of a pair alone: arrays, in the structure that they have.

    Args:
        x: As for `read_examples`.
        examples: Integer, how many labels there are.
        name: String, how messages name the pair.
        model: As for `read_examples`.

    Raises:
        TypeError: As for `read_examples`.
        ValueError: As for `read_examples`.
    """
    tree = tree_of(x, examples, f"{name}: x", _names_of_inputs(model))
    leaves = named(tree)
    if not leaves:
        raise ValueError(
            f"{name}: expected at least one input. Received: x without any, "
            f"y ({examples},)"
        )
    for place, leaf in leaves.items():
        _check_leaf(leaf, examples, name, place)
    if not is_structure(tree) and tree.ndim < 2 and tree.dtype != object:
        raise ValueError(
            f"{name}: expected x of shape (N, ...) and N labels y; of one number an "
            f"example, `x[:, None]`. Received: x {tree.shape}, y ({examples},)"
        )
    return tree


def _check_leaf(leaf: Array, examples: int, name: str, place: str) -> None:
    if len(leaf) != examples or not examples:
        raise ValueError(
            f"{name}: expected {place} of shape (N, ...) and N labels y, N at least 1. "
            f"Received: {place} {leaf.shape}, y ({examples},)"
        )
    if leaf.dtype.kind == "f" and np.isinf(leaf).any():
        rows = np.flatnonzero(np.isinf(leaf).reshape(len(leaf), -1).any(axis=1))
        raise ValueError(
            f"{name}: {place} must hold no infinity. Received: infinity in {len(rows)} "
            f"of {len(leaf)} examples: rows {listed(rows.tolist())}, counted from 0"
        )


def pair_of(given: Any, name: str) -> tuple[Any, Any]:
    """Returns inputs and labels, as they are given or as batches hold them.

    Args:
        given: As for `read_examples`.
        name: String, how messages name it.

    Raises:
        TypeError: If it is nothing of this kind.
        ValueError: If batches have no end, or don't fit each other.
    """
    if isinstance(given, tuple | list) and len(given) == 2:
        return given[0], given[1]
    if isinstance(given, tuple | list) and len(given) == 3:
        raise TypeError(
            f"{name}: expected inputs and labels, (x, y), without weights of the "
            "examples: an attack weighs all alike. Received: three parts"
        )
    batches = _batches(given, name)
    if batches is not None:
        return _joined(batches, name)
    raise TypeError(
        f"{name}: expected {TAKEN}. Received: {type(given).__name__}. {WAY_ROUND}"
    )


def _batches(given: Any, name: str) -> Iterable[Any] | None:
    """Returns what yields batches, or `None` if it is nothing of the kind."""
    if isinstance(given, keras.utils.PyDataset):
        count = given.num_batches
        if count is None:
            raise ValueError(
                f"{name}: expected a `PyDataset` that ends. Received: one without "
                "`num_batches`"
            )
        return (given[number] for number in range(count))
    if hasattr(given, "element_spec") and hasattr(given, "cardinality"):
        if int(given.cardinality()) == -1:
            raise ValueError(
                f"{name}: expected a dataset that ends. Received: one that repeats "
                "without end; leave out `.repeat()`, or say how much by `.take(n)`"
            )
        spec = given.element_spec
        if isinstance(spec, tuple) and len(spec) == 2:
            label = getattr(spec[1], "shape", None)
            if label is not None and label.rank == 0:
                return given.batch(256)
        return given
    if hasattr(given, "dataset") and hasattr(given, "batch_size"):
        return given
    return None


def _joined(batches: Iterable[Any], name: str) -> tuple[Any, Any]:
    """Returns the inputs and labels of all batches."""
    trees, labels = [], []
    for number, batch in enumerate(batches):
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            parts = len(batch) if isinstance(batch, tuple | list) else 1
            raise TypeError(
                f"{name}: expected batches of inputs and labels, (x, y). Received: "
                f"batch {number} of {parts} parts. Bring it into this form, such as by "
                "`dataset.map(lambda x, y, weight: (x, y))`"
            )
        x, y = batch
        labels.append(array_of(y, f"{name}: y of batch {number}"))
        count = len(labels[-1])
        trees.append(tree_of(x, count, f"{name}: x of batch {number}", ()))
        for leaf in keras.tree.flatten(trees[-1]):
            if len(leaf) != count:
                raise ValueError(
                    f"{name}: expected batches with as many inputs as labels: batch "
                    "the dataset, by `.batch(32)`. Received: batch "
                    f"{number} of {len(leaf)} inputs and {count} labels"
                )
    if not labels:
        raise ValueError(f"{name}: expected at least one batch. Received: none")
    first = trees[0]
    columns = zip(*(keras.tree.flatten(tree) for tree in trees), strict=True)
    leaves = [_concatenated([*column], name) for column in columns]
    tree = keras.tree.pack_sequence_as(first, leaves)
    return tree, _concatenated(labels, f"{name}: y")


def _concatenated(parts: list[Array], name: str) -> Array:
    shapes = sorted({part.shape[1:] for part in parts})
    if len(shapes) > 1:
        raise ValueError(
            f"{name}: the batches have inputs of different shapes. Pad or crop them to "
            f"one. Received: examples of shapes {shapes[0]} and {shapes[-1]}"
        )
    return np.concatenate(parts)


def rows_of(x: Any, y: Any = None) -> int:
    """Returns how many examples there are, by labels or else by the first array."""
    if y is not None:
        return len(y)
    while isinstance(x, dict) and x:
        x = next(iter(x.values()))
    if isinstance(x, list | tuple) and x and hasattr(x[0], "shape") and x[0].shape:
        return int(x[0].shape[0])
    shape = getattr(x, "shape", None)
    return len(x) if shape is None else int(shape[0])


def is_of_batches(given: Any) -> bool:
    """Whether this yields inputs and labels together, as `fit` takes them."""
    return isinstance(given, keras.utils.PyDataset) or (
        hasattr(given, "__iter__")
        and (hasattr(given, "element_spec") or hasattr(given, "dataset"))
    )


def _names_of_inputs(model: keras.Model | None) -> tuple[str, ...]:
    """Returns the names by which a model takes its inputs, if it does."""
    try:
        structure = model.input if isinstance(model, keras.Model) else None
    except (AttributeError, ValueError):  # `Sequential` or subclassed
        return ()
    return tuple(structure) if isinstance(structure, dict) else ()
