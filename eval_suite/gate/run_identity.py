"""The examples or the game of a run, and whether two runs can be compared."""

from __future__ import annotations

from eval_suite.results.gate_rows import SKETCH
from eval_suite.results.gate_rows import ExamplesIdentity
from eval_suite.results.gate_rows import GameIdentity
from eval_suite.results.gate_rows import RunIdentity
from eval_suite.results.rows import QuestionsRow

RENEW = "write it anew with --update-baseline"


class MismatchError(ValueError):
    """Two runs can't be compared; the message says why."""


def is_paired(then: RunIdentity, now: RunIdentity) -> bool:
    """Returns whether two runs are on the same examples, in the same order.

    Args:
        then: The identity of the baseline.
        now: The identity of this run.

    Raises:
        MismatchError: If they can't be compared at all: they are of another dataset, or
            of another split of it, or asked other questions about it.
    """
    if then["kind"] == now["kind"]:
        _check_questions(then["questions"], now["questions"])
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


def check_count(then: RunIdentity, count: int) -> None:
    """Raises `MismatchError` if a run is about to ask more or fewer questions.

    Args:
        then: The identity of the baseline.
        count: Questions about each example that this run will ask.
    """
    asked = then["questions"]
    before = 0 if asked is None else asked["count"]
    if before != count:
        raise MismatchError(
            "the baseline is of other questions: about each example it asked "
            f"{before or 'none'}; now {count or 'none'}. Ask as many with --questions "
            f"{before}, or {RENEW}"
        )


def _check_questions(then: QuestionsRow | None, now: QuestionsRow | None) -> None:
    before, after = _told(then), _told(now)
    if before != after:
        raise MismatchError(
            "the baseline is of other questions: about each example it asked "
            f"{before}; now {after}. If that is meant, {RENEW}"
        )


def _told(questions: QuestionsRow | None) -> str:
    if questions is None:
        return "none"
    families = [f"{row['questions']} of {row['name']}" for row in questions["families"]]
    return f"{questions['count']} ({', '.join(families)})"


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
    swapped = _swapped((members, nonmembers), (members_now, nonmembers_now))
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


def _swapped(
    then: tuple[list[str], list[str]], now: tuple[list[str], list[str]]
) -> int:
    """Returns how many examples changed sides.

    In a table equal rows may be on both sides, then or now: these tell nothing. What
    one side has is known up to the last hash that is kept of it.
    """
    known = min((side[-1] for side in (*then, *now) if len(side) == SKETCH), default="")
    both = set(then[0]) & set(then[1]) | set(now[0]) & set(now[1])

    def left(side: list[str]) -> set[str]:
        return {each for each in side if not known or each <= known} - both

    return len(left(then[0]) & left(now[1])) + len(left(then[1]) & left(now[0]))


def _common(then: list[str], now: list[str]) -> int:
    return len(set(then) & set(now))
