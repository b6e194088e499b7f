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
from keras_entropy.audit import inputs
from keras_entropy.labels import class_indices

_VERSION = 1
_ARRAYS = ("y", "given", "member", "mislabelled", "rows", "examples")
# Of several inputs, what their structure is.
_STRUCTURE = "structure"


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
        return inputs.rows_of(self.x, self.member), self.y[self.member]

    @property
    def nonmembers(self) -> tuple[Any, Integers]:
        """`(x, y)` of the records that were held out, as it would have had them."""
        return inputs.rows_of(self.x, ~self.member), self.y[~self.member]

    @property
    def members_first(self) -> tuple[Booleans, Booleans]:
        """Booleans `(m,)` twice: `member` and `mislabelled`, members before others."""
        order = np.argsort(~self.member, kind="stable")
        return self.member[order], self.mislabelled[order]

    @functools.cached_property
    def digest(self) -> str:
        """String, a hash of the records, their labels and the coins."""
        found = hashlib.sha256(f"{_VERSION} {self.examples}".encode())
        hashed = inputs.named(self.x) | {n: getattr(self, n) for n in _ARRAYS[:-1]}
        if inputs.is_structure(self.x):
            found.update(inputs.structure_of(self.x).encode())
        for name, array in hashed.items():
            array = np.ascontiguousarray(array)
            found.update(f"{name} {array.dtype.str} {array.shape}".encode())
            found.update(array.tobytes())
        return found.hexdigest()[:32]

    def training_set(self, x: Any, y: Any) -> tuple[Any, Array]:
        """Returns the training set again, as `hold_out` did.

        Args:
            x: Array `(N, ...)`, or several, the inputs that `hold_out` was given.
            y: Labels, likewise.

        Returns:
            `(x, y)` without the records that are held out, in the same order, with the
            wrong labels of those that are mislabelled.

        Raises:
            ValueError: If they are not the plan's data set: there are more or fewer
                examples, or the records or their labels are others.
        """
        x, y = inputs.as_arrays(x), np.asarray(y)
        theirs, ours = inputs.named(x), inputs.named(self.x)
        if set(theirs) != set(ours):
            raise ValueError(
                f"The plan is of another data set, with the inputs {', '.join(ours)}. "
                f"Received: {', '.join(theirs)}"
            )
        lengths = {name: len(array) for name, array in {**theirs, "y": y}.items()}
        if set(lengths.values()) != {self.examples}:
            told = ", ".join(f"{name} of {n:,}" for name, n in lengths.items())
            raise ValueError(
                "The plan is of another data set: it was made for "
                f"{self.examples:,} examples. Received: {told}"
            )
        equal = np.ones(self.records, bool)
        shape = ""
        for name, array in theirs.items():
            if array.shape[1:] != ours[name].shape[1:]:
                equal[:] = False
                shape = f", {name} with examples of shape {array.shape[1:]}"
                continue
            differs = array[self.rows] != ours[name]
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
        return inputs.rows_of(x, kept), labels[kept]

    def save(self, path: Path | str) -> None:
        """Writes the plan, records included, as one `.npz` file.

        Args:
            path: Of the file.
        """
        arrays = inputs.named(self.x) | {name: getattr(self, name) for name in _ARRAYS}
        if inputs.is_structure(self.x):
            arrays[_STRUCTURE] = np.array(inputs.structure_of(self.x))
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
            structure = str(found.get(_STRUCTURE, inputs.ONE))
            names = inputs.names_in(structure)
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
        fields["x"] = inputs.put_together(structure, found)
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


def _relabelled(y: Array, rows: Integers, labels: Integers) -> Array:
    """Returns labels in the form that they have, with those of some rows replaced."""
    found = y.copy()
    if y.ndim == 2 and y.shape[1] > 1:  # one-hot
        found[rows] = 0
        found[rows, labels] = 1
    else:
        found[rows] = labels.reshape(-1, *[1] * (y.ndim - 1))
    return found
