"""The gates as test cases of pytest's JUnit XML."""

from __future__ import annotations

from typing import Any
from typing import Literal

import pytest

from eval_suite.gate.decision import INCONCLUSIVE
from eval_suite.gate.decision import PASS
from eval_suite.gate.outcome import GateOutcome
from eval_suite.gate.outcome import one_line

_CLASS = "eval_suite.gate"
_Result = Literal["passed", "failed", "skipped"]


def add_to_junit(config: pytest.Config, outcome: GateOutcome) -> None:
    """Adds one test case for each decision, if the session writes JUnit XML.

    They are no tests of the session, which is over by now, so they are handed to the
    writer alone, before it writes.

    Args:
        config: The session's configuration, of the process that writes.
        outcome: `GateOutcome`.
    """
    writer = next(
        (p for p in config.pluginmanager.get_plugins() if type(p).__name__ == "LogXML"),
        None,
    )
    if writer is None:
        return
    for problem in outcome.problems:
        _add(writer, "run", "failed", problem)
    for decision in outcome.decisions:
        question = decision.question
        kind = "change" if question.is_change else f"{question.sign}{question.limit:g}"
        name = " ".join(
            filter(None, (question.defense, question.attack, question.metric, kind))
        )
        result: _Result = "passed"
        if outcome.fails(decision):
            result = "failed"
        elif decision.status == INCONCLUSIVE:
            result = "skipped"
        _add(writer, name, result, one_line(decision))
    if not outcome.decisions and not outcome.problems:
        _add(writer, "run", "passed", PASS)


def _add(writer: Any, name: str, result: _Result, text: str) -> None:
    place = (_CLASS.replace(".", "/") + ".py", None, name)
    report = pytest.TestReport(
        nodeid=f"{place[0]}::{name}",
        location=place,
        keywords={},
        outcome=result,
        longrepr=(place[0], 0, text) if result == "skipped" else text,
        when="call",
        sections=[("Captured stdout call", text)],
    )
    writer.pytest_runtest_logreport(report)
    # The time of a test case is closed by its teardown.
    report = pytest.TestReport(
        f"{place[0]}::{name}", place, {}, "passed", None, "teardown"
    )
    writer.pytest_runtest_logreport(report)
