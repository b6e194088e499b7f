"""The examples or the game of a run, and whether two runs can be compared."""

from __future__ import annotations

import hashlib

import numpy as np

from eval_suite.results.rows import ExamplesIdentity
from eval_suite.results.rows import GameIdentity
from eval_suite.results.rows import RunIdentity
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers

# Inputs, `None` where only outputs are known, and labels.
Examples = tuple[Array | None, Integers]

SKETCH = 128


class MismatchError(ValueError):
    """Two runs can't be compared; the message says why."""


def examples_identity(
    members: Examples,
    nonmembers: Examples,
    classes: int,
) -> ExamplesIdentity:
    """Returns what identifies the members and non-members of one model.

    Args:
        members: `(x, y)`; x is `None` where only outputs are known.
        nonmembers: `(x, y)`, likewise.
        classes: Number of classes.

    Returns:
        Plain JSON: a digest of the examples in their order, by which two runs are
        paired, and of each side the `SKETCH` smallest of its examples' hashes: a sample
        that any other run draws too, so that it shows what two sets share.
    """
    digest = hashlib.sha256()
    for x, y in (members, nonmembers):
        digest.update(repr((None if x is None else x.shape, y.shape)).encode())
        if x is not None:
            digest.update(np.ascontiguousarray(x, "float32").data)
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
    }


def game_identity(
    *, dataset: str, digest: str, classes: int, seed: int, models: int
) -> GameIdentity:
    """Returns what identifies a membership game: its examples and its plan.

    Args:
        dataset: Name of the dataset.
        digest: Its digest.
        classes: Number of classes.
        seed: Seed of the split and of the plan.
        models: Number of models.
    """
    return {
        "kind": "game",
        "dataset": dataset,
        "digest": digest,
        "classes": classes,
        "seed": seed,
        "models": models,
    }


def is_paired(then: RunIdentity, now: RunIdentity) -> bool:
    """Returns whether two runs are on the same examples, in the same order.

    Args:
        then: The identity of the baseline.
        now: The identity of this run.

    Raises:
        MismatchError: If they can't be compared at all: they are of another dataset, or
            of another split of it.
    """
    if then["kind"] == "game" and now["kind"] == "game":
        _check_dataset("classes", then["classes"], now["classes"])
        _check_dataset("dataset", then["dataset"], now["dataset"])
        _check_same_game(then, now)
        return True
    if then["kind"] == "examples" and now["kind"] == "examples":
        _check_dataset("classes", then["classes"], now["classes"])
        _check_dataset("input shape", then["input_shape"], now["input_shape"])
        if then["digest"] == now["digest"]:
            return True
        _check_overlap(then, now)
        return False
    raise MismatchError(
        f"the baseline is of another kind of run: {_KINDS[then['kind']]}; this is "
        f"{_KINDS[now['kind']]}"
    )


_KINDS = {"examples": "one model's outputs", "game": "a membership game"}


def _check_dataset(name: str, then: object, now: object) -> None:
    if then != now:
        raise MismatchError(
            f"the baseline is of another dataset: {name} {then}; now {now}"
        )


def _check_same_game(then: GameIdentity, now: GameIdentity) -> None:
    if then["digest"] != now["digest"]:
        raise MismatchError(
            "the baseline is of another dataset: it is named "
            f"{then['dataset']} too, but its examples differ"
        )
    for key in ("seed", "models"):
        if then[key] != now[key]:
            raise MismatchError(
                f"the baseline is of another split: {key} {then[key]}; now {now[key]}"
            )


def _check_overlap(then: ExamplesIdentity, now: ExamplesIdentity) -> None:
    """Raises if samples of both sides show another split or other data."""
    members, nonmembers = then["member_sketch"], then["nonmember_sketch"]
    members_now, nonmembers_now = now["member_sketch"], now["nonmember_sketch"]
    if members is None or nonmembers is None:
        return  # where only outputs are known, there is no example to look at
    if members_now is None or nonmembers_now is None:
        return
    shared = _common(members, members_now) + _common(nonmembers, nonmembers_now)
    swapped = _common(members, nonmembers_now) + _common(nonmembers, members_now)
    if swapped:
        raise MismatchError(
            "the baseline is of another split: of the examples looked at, "
            f"{swapped} changed sides between members and non-members"
        )
    if not shared:
        raise MismatchError(
            "the baseline is of another dataset: none of its members is a member "
            "now, and none of its non-members a non-member"
        )


def _common(then: list[str], now: list[str]) -> int:
    return len(set(then) & set(now))


def _sketch(x: Array | None, y: Integers) -> list[str] | None:
    if x is None:
        return None
    rows = np.ascontiguousarray(x, "float32").reshape(len(x), -1)
    labels = np.ascontiguousarray(y, "int64")
    hashes = {
        hashlib.blake2b(row.tobytes() + label.tobytes(), digest_size=8).hexdigest()
        for row, label in zip(rows, labels, strict=True)
    }
    return sorted(hashes)[:SKETCH]
