"""The reasons to believe a run, or not to: its controls and its checks."""

from typing import TypedDict

from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.results.contents import Results

_ANSWERS = {
    "pass": "Yes, for what was tested",
    "fail": "Not yet: {} failed",
    "void": "No: a control failed or none was run",
}
_LINES = 4  # of the verdict in the summary
_LINE = 160  # characters of each
_KINDS = {"null": "Null controls", "positive": "Positive controls"}


class Tally(TypedDict):
    """A reason to believe the numbers, or not to."""

    good: bool
    text: str


class Control(TypedDict):
    """A row of the table of controls."""

    name: str
    passed: bool
    auc: str
    expected: str | float
    detail: str


def answer(results: Results) -> str:
    """Returns in a few words whether the numbers can be believed."""
    failed = [check for check in results["checks"] if check["outcome"] == "failed"]
    text = count(len(failed), "check") if failed else "a check"
    return _ANSWERS[results["verdict"]["status"]].format(text)


def tallies(results: Results) -> list[Tally]:
    """Returns the reasons to believe the numbers, or not, each marked good or bad."""
    failed = results["verdict"]["status"] != "pass"
    reasons = results["verdict"]["lines"]
    lines: list[Tally] = [
        {"good": not failed, "text": one_line(line, _LINE)} for line in reasons[:_LINES]
    ]
    if len(reasons) > _LINES:
        text = f"and {len(reasons) - _LINES} more, see controls and checks"
        lines.append({"good": not failed, "text": text})
    for kind, title in _KINDS.items():
        passed = [c["passed"] for c in results["controls"] if c["kind"] == kind]
        lines.append(
            {
                "good": bool(passed) and all(passed),
                "text": f"{title}: {sum(passed)} of {len(passed)} as expected"
                if passed
                else f"{title}: none was run",
            }
        )
    smallest = results["threat_model"]["minimum_detectable_auc"]
    if smallest is not None:
        lines.append(
            {
                "good": True,
                "text": f"A leak of AUC {number(smallest)} or more would be seen",
            }
        )
    return lines


def controls(results: Results) -> list[tuple[str, list[Control]]]:
    """Returns the title and the rows of each kind of control, failed ones first."""
    found = []
    for kind, title in _KINDS.items():
        rows: list[Control] = [
            {
                "name": control["name"],
                "passed": control["passed"],
                "auc": estimate(
                    control["auc"], control["auc_low"], control["auc_high"]
                ),
                "expected": "" if control["expected"] is None else control["expected"],
                "detail": control["detail"] or "",
            }
            for control in results["controls"]
            if control["kind"] == kind
        ]
        if rows:
            found.append((title, sorted(rows, key=lambda row: row["passed"])))
    return found


def checks(results: Results) -> list[tuple[str, int, list[dict[str, str]]]]:
    """Returns outcome, number and lines, one for each test and message.

    A test runs once for each defense, so that its name would stand there as often.
    """
    found = []
    for outcome in ("failed", "skipped", "passed"):
        rows = [row for row in results["checks"] if row["outcome"] == outcome]
        lines: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            test, bracket, of = row["test"].partition("[")
            line = lines.setdefault((test, row["message"] or ""), [])
            line += [of.removesuffix("]")] if bracket else []
        told = [
            {"test": test, "message": message, "of": ", ".join(of)}
            for (test, message), of in lines.items()
        ]
        if told:
            found.append((outcome, len(rows), told))
    return found
