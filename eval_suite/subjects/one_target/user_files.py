"""The files of a user's model and its examples, and whether they fit each other."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import keras
import numpy as np

import keras_entropy
from eval_suite.datasets.datasets import REFERENCE_SHARE
from eval_suite.datasets.datasets import Dataset
from eval_suite.datasets.npz_files import check_examples
from eval_suite.datasets.npz_files import read_examples
from keras_entropy.named_objects import named_module
from keras_entropy.named_objects import own_objects
from keras_entropy.numerics.equal_rows import BEYOND_REPEATS
from keras_entropy.numerics.equal_rows import find_equal_rows

if TYPE_CHECKING:
    from eval_suite.options.options import GivenExamples
    from eval_suite.options.options import GivenModel

# Two to score, and one to set aside.
_FEWEST_NONMEMBERS = 3
_FEWEST_MEMBERS = 2


def is_random_by_design(model: keras.Model) -> bool:
    """Whether a defense in the model says that it is random."""
    return any(
        isinstance(layer, keras_entropy.Defense) and not layer.claims.deterministic
        for layer in model.layers
    )


def load_model(
    path: GivenModel, *, compiled: bool, imports: Sequence[str] = ()
) -> keras.Model:
    """Reads a model, or raises `ValueError` that says why it can't be.

    Args:
        path: File, or the model itself, which is returned as it is.
        compiled: Boolean, whether its compile configuration is needed too.
        imports: Modules that define layers and losses of the user's own.
    """
    if isinstance(path, keras.Model):
        return path
    if not path.exists():
        raise ValueError(f"--model {path}: no such file")
    own: dict[str, Any] = {}
    for name in imports:
        try:
            own |= own_objects(named_module(name))
        except ValueError as error:
            raise ValueError(f"--import {name}: {error}") from error
    try:
        return keras.models.load_model(path, own, compile=compiled)
    except Exception as error:  # Keras raises many kinds for a foreign file
        reason = str(error).strip().splitlines()[0][:300]
        raise ValueError(
            f"--model {path}: not a Keras model that can be loaded ({reason}). "
            "Expected a .keras file written by `model.save`; modules that define "
            "layers and losses of your own in it are given by `--import MODULE`"
        ) from error


def dataset_of(given: GivenExamples, name: str) -> Dataset:
    """Returns examples that were given in memory, or as a file.

    Args:
        given: Inputs and labels, or the path of a file.
        name: What the user calls those that lie in memory.

    Raises:
        ValueError: If they are no examples; the message says why.
    """
    if isinstance(given, Path):
        return Dataset(given.stem, str(given), *read_examples(given), ())
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ValueError(
            f"{name}: expected a pair (x, y) of inputs and labels. Received: "
            f"{type(given).__name__}"
        )
    x, y = (np.asarray(part) for part in given)
    return Dataset(name, name, *check_examples(x, y, name), ())


def check_sets(model: keras.Model, members: Dataset, nonmembers: Dataset) -> None:
    """Raises `ValueError` if examples don't fit a model or each other."""
    if members.x.shape[1:] != nonmembers.x.shape[1:]:
        raise ValueError(
            "Members and non-members must have examples of one shape. Received: "
            f"members {members.x.shape[1:]}, non-members {nonmembers.x.shape[1:]}"
        )
    if len(members.x) < _FEWEST_MEMBERS:
        raise ValueError(
            f"At least {_FEWEST_MEMBERS} members are needed, one for each half of the "
            f"data. Received: {len(members.x)}"
        )
    if len(nonmembers.x) < _FEWEST_NONMEMBERS:
        raise ValueError(
            f"At least {_FEWEST_NONMEMBERS} non-members are needed: "
            f"{REFERENCE_SHARE:.0%} of them, and what is left over from an even "
            "number, are set aside for the defenses that are fitted, and never scored. "
            f"Received: {len(nonmembers.x)}"
        )
    expected = tuple(model.inputs[0].shape[1:])
    given = members.x.shape[1:]
    if len(expected) != len(given) or any(
        size not in (None, length) for size, length in zip(expected, given, strict=True)
    ):
        raise ValueError(
            f"The model expects examples of shape {expected}. Received: x {given}"
        )
    answers = model.outputs[0].shape
    if len(answers) != 2:
        raise ValueError(
            "A model that is evaluated answers with one row of probabilities, (N, C). "
            f"Received: answers of shape {tuple(answers)}, such as one for each step. "
            "Audit them by `keras_entropy.attacks.audit_outputs` on `model.predict`: "
            "it takes (N, steps, C), and scores the sequence"
        )
    classes = answers[-1]
    for side, examples in (("members", members), ("non-members", nonmembers)):
        if examples.y.max() >= classes:
            raise ValueError(
                f"The model has {classes} classes, so labels must be 0 to "
                f"{classes - 1}. Received: {side} with label {examples.y.max()}"
            )


def check_copies(members: Dataset, nonmembers: Dataset) -> None:
    """Raises `ValueError` if one set holds copies of the other's examples."""
    found = find_equal_rows(members.x, nonmembers.x, (members.y, nonmembers.y))
    if found.is_copied:
        raise ValueError(
            "Members and non-members must not overlap: "
            f"{found.told('members', 'non-members')}, {BEYOND_REPEATS}. Else take the "
            "copies out of one of the sides, or every attack is measured on a lie"
        )


def check_pool(
    model: keras.Model, pool: Dataset, others: Mapping[str, Dataset]
) -> None:
    """Raises `ValueError` if a pool doesn't fit a model, or has others' examples."""
    for name, examples in others.items():
        if pool.x.shape[1:] != examples.x.shape[1:]:
            raise ValueError(
                f"--population must have examples of the shape of {name}. Received: "
                f"{pool.x.shape[1:]} and {examples.x.shape[1:]}"
            )
        found = find_equal_rows(examples.x, pool.x, (examples.y, pool.y))
        if found.is_copied:
            told = found.told(f"{name} examples", "examples of the pool")
            raise ValueError(
                f"--population must not overlap the {name}: {told}, {BEYOND_REPEATS}. "
                "Else take them out of the pool"
            )
    classes = max(2, model.outputs[0].shape[-1])
    if pool.y.max() >= classes:
        raise ValueError(
            f"The model has {classes} classes, so labels must be 0 to {classes - 1}. "
            f"Received: --population with label {pool.y.max()}"
        )
