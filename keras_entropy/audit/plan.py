"""Which records a fair coin put into a training set, in one file for the audit."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from keras_entropy.arrays import UNREADABLE_NPZ
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.audit import text_arrays
from keras_entropy.examples import named_inputs
from keras_entropy.examples.arrays_of import array_of
from keras_entropy.examples.pairs import is_of_batches
from keras_entropy.examples.pairs import pair_of
from keras_entropy.examples.pairs import read_structure
from keras_entropy.labels import class_indices

_VERSION = 1
_ARRAYS = ("y", "given", "member", "mislabelled", "rows", "examples")
# Of several inputs, what their structure is.
_STRUCTURE = "structure"
# The names of the inputs that are strings.
_TEXTS = "texts"


def read(x: Any, y: Any, name: str) -> tuple[Any, Array]:
    """Returns the inputs and labels of a data set as NumPy arrays.

    Args:
        x: As for `hold_out`.
        y: As for `hold_out`.
        name: String, how messages name them.

    Raises:
        TypeError: If they are nothing of this kind.
        ValueError: If they disagree, there is infinity, or ragged rows.
    """
    if y is None and is_of_batches(x):
        x, y = pair_of(x, name)
    y = array_of(y, f"{name}: y")
    tree = read_structure(x, len(y), name)
    for place, leaf in named_inputs.named(tree).items():
        if leaf.dtype == object and isinstance(leaf.flat[0], tuple):
            raise TypeError(
                f"{name}: {place} must have rows of one length: numbers or strings. "
                "Pad them, such as by `ragged.to_tensor()`, in training and audit. "
                "Received: ragged rows"
            )
    return tree, y


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class HeldOutPlan:
    """The records of an audit, and on which of them the model is trained.

    It holds the records themselves: keep the file as safe as the training data, and
    from everybody who is meant to be the attacker.

    Attributes:
        x: Array `(m, ...)`, the inputs of the records; of a model with several inputs a
            dict, list or tuple of such arrays.
        y: Int64 `(m,)`, their labels in the training set: of the mislabelled, the wrong
            ones.
        given: Int64 `(m,)`, their labels in the data set.
        member: Booleans `(m,)`, the coins: whether a record is in the training set.
        mislabelled: Booleans `(m,)`, the records with a wrong label.
        rows: Integers `(m,)`, ascending: where the records are in the data set.
        examples: Integer, how many examples the data set has.
    """

    x: Any
    y: Integers
    given: Integers
    member: Booleans
    mislabelled: Booleans
    rows: Integers
    examples: int

    @property
    def records(self) -> int:
        """Integer, how many records a coin decided on."""
        return len(self.rows)

    @property
    def members(self) -> tuple[Any, Integers]:
        """`(x, y)` of the records that are in the training set, as it has them."""
        return named_inputs.rows(self.x, self.member), self.y[self.member]

    @property
    def nonmembers(self) -> tuple[Any, Integers]:
        """`(x, y)` of the records that were held out, as it would have had them."""
        return named_inputs.rows(self.x, ~self.member), self.y[~self.member]

    @property
    def members_first(self) -> tuple[Booleans, Booleans]:
        """Booleans `(m,)` twice: `member` and `mislabelled`, members before others."""
        order = np.argsort(~self.member, kind="stable")
        return self.member[order], self.mislabelled[order]

    @functools.cached_property
    def digest(self) -> str:
        """String, a hash of the records, their labels and the coins."""
        found = hashlib.sha256(f"{_VERSION} {self.examples}".encode())
        hashed = named_inputs.named(self.x) | {
            n: getattr(self, n) for n in _ARRAYS[:-1]
        }
        if named_inputs.is_structure(self.x):
            found.update(named_inputs.structure_of(self.x).encode())
        for name, array in hashed.items():
            if array.dtype == object:
                array = text_arrays.packed(array)
            array = np.ascontiguousarray(array)
            found.update(f"{name} {array.dtype.str} {array.shape}".encode())
            found.update(array.tobytes())
        return found.hexdigest()[:32]

    def training_set(self, x: Any, y: Any = None) -> tuple[Any, Array]:
        """Returns the training set again, as `hold_out` did.

        Args:
            x: The inputs that `hold_out` was given, in the same order.
            y: Labels, likewise.

        Returns:
            `(x, y)` without the records that are held out, in the same order, with the
            wrong labels of those that are mislabelled.

        Raises:
            ValueError: If they are not the plan's data set: there are more or fewer
                examples, or the records or their labels are others.
        """
        x, y = read(x, y, "training_set")
        theirs, ours = named_inputs.named(x), named_inputs.named(self.x)
        if set(theirs) != set(ours):
            raise ValueError(
                f"The plan is of another data set, with the inputs {', '.join(ours)}. "
                f"Received: {', '.join(theirs)}"
            )
        if len(y) != self.examples:
            raise ValueError(
                "The plan is of another data set: it was made for "
                f"{self.examples:,} examples. Received: {len(y):,}"
            )
        equal = np.ones(self.records, bool)
        shape = ""
        for name, array in theirs.items():
            if array.shape[1:] != ours[name].shape[1:]:
                equal[:] = False
                shape = f", {name} with examples of shape {array.shape[1:]}"
                continue
            differs = _differs(array[self.rows], ours[name])
            equal &= ~differs.reshape(self.records, -1).any(axis=1)
        equal &= class_indices(y)[self.rows] == self.given
        if not equal.all():
            raise ValueError(
                f"The plan is of another data set, or of another order of it: "
                f"{(~equal).sum():,} of its {self.records:,} records are others there"
                f"{shape}. Give x and y as `hold_out` was given them"
            )
        kept = np.ones(self.examples, bool)
        kept[self.rows[~self.member]] = False
        wrong = self.mislabelled
        labels = _relabelled(y, self.rows[wrong], self.y[wrong])
        return named_inputs.rows(x, kept), labels[kept]

    def save(self, path: Path | str) -> None:
        """Writes the plan, records included, as one `.npz` file.

        Args:
            path: Of the file.
        """
        x = named_inputs.named(self.x)
        texts = [name for name, array in x.items() if array.dtype == object]
        arrays = x | {name: text_arrays.packed(x[name]) for name in texts}
        arrays |= {name: getattr(self, name) for name in _ARRAYS}
        if texts:
            arrays[_TEXTS] = np.array(texts)
        if named_inputs.is_structure(self.x):
            arrays[_STRUCTURE] = np.array(named_inputs.structure_of(self.x))
        with Path(path).open("wb") as file:
            np.savez_compressed(
                file, held_out=_VERSION, digest=np.array(self.digest), **arrays
            )

    @classmethod
    def load(cls, path: Path | str) -> HeldOutPlan:
        """Reads a plan.

        Args:
            path: Of a file that `save` wrote.

        Raises:
            ValueError: If there is no such file, it is no plan, of another version, or
                was changed since.
        """
        path = Path(path)
        how = "Expected a file that `HeldOutPlan.save` wrote"
        if not path.is_file():
            raise ValueError(f"{path}: no such file. {how}")
        try:
            with np.load(path, allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
            structure = str(found.get(_STRUCTURE, named_inputs.ONE))
            names = named_inputs.names_in(structure)
            for name in {*found.get(_TEXTS, ())} & {*found}:
                found[name] = text_arrays.unpacked(found[name])
        except UNREADABLE_NPZ as error:
            raise ValueError(
                f"{path}: not a readable .npz file ({error}). {how}"
            ) from (error)
        missing = {"held_out", "digest", *_ARRAYS, *names} - set(found)
        if missing:
            raise ValueError(
                f"{path}: not a plan of held-out records: it has no "
                f"{', '.join(sorted(missing))}. {how}. Received: {sorted(found)}"
            )
        if found["held_out"] != _VERSION:
            raise ValueError(
                f"{path}: a plan of version {found['held_out']}. This release reads "
                f"version {_VERSION}"
            )
        fields: dict[str, Any] = {name: found[name] for name in _ARRAYS}
        fields["x"] = named_inputs.put_together(structure, found)
        plan = cls(**{**fields, "examples": int(found["examples"])})
        if plan.digest != str(found["digest"]):
            raise ValueError(
                f"{path}: changed since it was written: its records, labels or coins "
                f"have digest {plan.digest}, and it says {found['digest']}. Take the "
                "file as it was when the model was trained"
            )
        return plan

    def __repr__(self) -> str:
        inside, wrong = int(self.member.sum()), int(self.mislabelled.sum())
        return (
            f"<plan {self.digest[:8]}: {self.records} records of {self.examples} "
            f"examples, {inside} in the training set, {self.records - inside} held "
            f"out, {wrong} mislabelled>"
        )


def _differs(first: Array, second: Array) -> Booleans:
    """Returns where values are not the same; one that is missing is like another."""
    differs: Booleans = np.asarray(first != second, bool)
    if first.dtype.kind == second.dtype.kind == "f":
        differs &= ~(np.isnan(first) & np.isnan(second))
    return differs


def _relabelled(y: Array, rows: Integers, labels: Integers) -> Array:
    """Returns labels in the form that they have, with those of some rows replaced."""
    found = y.copy()
    if y.ndim == 2 and y.shape[1] > 1:  # one-hot
        found[rows] = 0
        found[rows, labels] = 1
    else:
        found[rows] = labels.reshape(-1, *[1] * (y.ndim - 1))
    return found
