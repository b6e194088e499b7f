"""What a run was made on, and whether two runs can be compared."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from keras_entropy.arrays import Array

SKETCH = 128


class MismatchError(ValueError):
    """Two runs can't be compared; the message says why."""


def examples_identity(
    members: tuple[Array | None, Array],
    nonmembers: tuple[Array | None, Array],
    classes: int,
) -> dict[str, Any]:
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
            digest.update(np.ascontiguousarray(x, "float32"))
        digest.update(np.ascontiguousarray(y, "int64"))
    has_inputs = members[0] is not None
    return {
        "kind": "examples",
        "classes": classes,
        "input_shape": list(members[0].shape[1:]) if has_inputs else None,
        "members": len(members[1]),
        "nonmembers": len(nonmembers[1]),
        "digest": digest.hexdigest(),
        "member_sketch": _sketch(*members) if has_inputs else None,
        "nonmember_sketch": _sketch(*nonmembers) if has_inputs else None,
    }


def game_identity(
    *, dataset: str, digest: str, classes: int, seed: int, models: int
) -> dict[str, Any]:
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


def is_paired(then: dict[str, Any], now: dict[str, Any]) -> bool:
    """Returns whether two runs are on the same examples, in the same order.

    Args:
        then: The identity of the baseline.
        now: The identity of this run.

    Raises:
        MismatchError: If they can't be compared at all: they are of another dataset, or
            of another split of it.
    """
    if then["kind"] != now["kind"]:
        raise MismatchError(
            f"the baseline is of another kind of run: {_KINDS[then['kind']]}; this is "
            f"{_KINDS[now['kind']]}"
        )
    for key in ("classes", "input_shape", "dataset"):
        if then.get(key) != now.get(key):
            raise MismatchError(
                f"the baseline is of another dataset: {key.replace('_', ' ')} "
                f"{then.get(key)}; now {now.get(key)}"
            )
    if then["digest"] == now["digest"] and then["kind"] == "examples":
        return True
    if then["kind"] == "game":
        _check_same_game(then, now)
        return True
    if now["member_sketch"] is not None:
        _check_overlap(then, now)
    return False


_KINDS = {"examples": "one model's outputs", "game": "a membership game"}


def _check_same_game(then: dict[str, Any], now: dict[str, Any]) -> None:
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


def _check_overlap(then: dict[str, Any], now: dict[str, Any]) -> None:
    sides = ("member_sketch", "nonmember_sketch")
    shared = sum(len(_common(then[side], now[side])) for side in sides)
    swapped = sum(
        len(_common(then[one], now[other]))
        for one, other in (sides, tuple(reversed(sides)))
    )
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


def _common(then: list[str], now: list[str]) -> set[str]:
    return set(then) & set(now)


def _sketch(x: Array, y: Array) -> list[str]:
    rows = np.ascontiguousarray(x, "float32").reshape(len(x), -1)
    labels = np.ascontiguousarray(y, "int64")
    hashes = {
        hashlib.blake2b(row.tobytes() + label.tobytes(), digest_size=8).hexdigest()
        for row, label in zip(rows, labels, strict=True)
    }
    return sorted(hashes)[:SKETCH]
