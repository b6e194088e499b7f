"""What a run was made on, and whether two runs can be compared."""

from __future__ import annotations

from typing import Any


class MismatchError(ValueError):
    """Two runs can't be compared; the message says why."""


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
