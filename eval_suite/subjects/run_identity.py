"""The identity of a run's examples, by which a later run is compared with it or not."""

from __future__ import annotations

import hashlib

import numpy as np

from eval_suite.results.gate_rows import SKETCH
from eval_suite.results.gate_rows import ExamplesIdentity
from eval_suite.results.gate_rows import GameIdentity
from eval_suite.results.rows import QuestionsRow
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.numerics.equal_rows import row_bytes


def examples_identity(
    members: tuple[Array | None, Integers],
    nonmembers: tuple[Array | None, Integers],
    classes: int,
    questions: QuestionsRow | None = None,
) -> ExamplesIdentity:
    """Returns what identifies the members and non-members of one model.

    Args:
        members: `(x, y)`; x is `None` where only outputs are known.
        nonmembers: `(x, y)`, likewise.
        classes: Number of classes.
        questions: The neighbors that were asked about, or `None`.

    Returns:
        Plain JSON: a digest of the examples in their order, by which two runs are
        paired, and of each side the `SKETCH` smallest of its examples' hashes: a sample
        that any other run draws too, so that it shows what two sets share.
    """
    digest = hashlib.sha256()
    for x, y in (members, nonmembers):
        digest.update(repr((None if x is None else x.shape, y.shape)).encode())
        for row in () if x is None else row_bytes(_as_told_apart(x)):
            digest.update(row)
        digest.update(np.ascontiguousarray(y, "int64").data)
    x = members[0]
    return {
        "kind": "examples",
        "classes": classes,
        "input_shape": None if x is None else list(x.shape[1:]),
        "members": len(members[1]),
        "nonmembers": len(nonmembers[1]),
        "digest": digest.hexdigest(),
        "member_sketch": _sketch(*members),
        "nonmember_sketch": _sketch(*nonmembers),
        "questions": questions,
    }


def game_identity(
    *,
    dataset: str,
    digest: str,
    classes: int,
    seed: int,
    models: int,
    questions: QuestionsRow | None = None,
) -> GameIdentity:
    """Returns what identifies a membership game: its examples and its plan.

    Args:
        dataset: Name of the dataset.
        digest: Its digest.
        classes: Number of classes.
        seed: Seed of the split and of the plan.
        models: Number of models.
        questions: The neighbors that were asked about, or `None`.
    """
    return {
        "kind": "game",
        "dataset": dataset,
        "digest": digest,
        "classes": classes,
        "seed": seed,
        "models": models,
        "questions": questions,
    }


def _sketch(x: Array | None, y: Integers) -> list[str] | None:
    if x is None:
        return None
    hashes = {
        hashlib.blake2b(row + label.tobytes(), digest_size=8).hexdigest()
        for row, label in zip(
            row_bytes(_as_told_apart(x)), np.ascontiguousarray(y, "int64"), strict=True
        )
    }
    return sorted(hashes)[:SKETCH]


def _as_told_apart(x: Array) -> Array:
    """Returns float64 in float32 if that makes no more rows equal.

    Then a run is the same whichever of the two types its examples are given in.
    """
    if x.dtype != "float64":
        return x
    with np.errstate(over="ignore"):
        rounded = x.astype("float32")
    kinds = (len(set(row_bytes(each))) for each in (x, rounded))
    return rounded if len(set(kinds)) == 1 else x
