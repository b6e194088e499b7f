import copy

import pytest

from eval_suite.results.verdict import verdict

CONTROL = {
    "name": "null",
    "attack": "loss",
    "passed": True,
    "detail": "0.5 lies in the interval",
}
PASSED = {"test": "a", "outcome": "passed", "message": ""}
FAILED = {"test": "b", "outcome": "failed", "message": "measured 2, expected 1"}
BAD = {**CONTROL, "passed": False}


@pytest.mark.parametrize(
    ("controls", "checks", "status", "line"),
    [
        ([CONTROL], [PASSED], "pass", "All 1 checks passed, all 1 controls too."),
        ([CONTROL], [PASSED, FAILED], "fail", "b: measured 2, expected 1"),
        ([BAD], [PASSED], "void", "null, loss: 0.5 lies in the interval"),
        ([BAD], [FAILED], "void", "null, loss: 0.5 lies in the interval"),
        ([], [PASSED], "void", "No control was run, so no figure can be trusted."),
    ],
)
def test_checks_and_controls(controls, checks, status, line):
    assert verdict(checks, controls) == {"status": status, "lines": [line]}


@pytest.mark.parametrize(
    ("controls", "checks", "gate_failed", "status"),
    [
        ([CONTROL], [PASSED], False, "pass"),
        ([CONTROL], [PASSED], True, "fail"),
        ([CONTROL], [FAILED], False, "fail"),
        ([BAD], [PASSED], True, "void"),
    ],
)
def test_the_gate_turns_only_a_pass_into_a_failure(
    controls, checks, gate_failed, status
):
    found = verdict(
        checks, controls, gate_lines=["FAIL: 1 fail."], gate_failed=gate_failed
    )
    assert found["status"] == status
    assert found["lines"][-1] == "Gate: FAIL: 1 fail."


def test_confounding_is_said_first_and_fails_nothing():
    found = verdict(
        [PASSED],
        [CONTROL],
        ["CONFOUNDED: they differ"],
        ["Shadows resemble"],
        gate_lines=["PASS."],
    )
    assert found["status"] == "pass"
    first, _, *last = found["lines"]
    assert first == "CONFOUNDED: they differ."
    assert last == ["Shadows resemble.", "Gate: PASS."]


def test_the_arguments_are_left_as_they_are():
    given = [FAILED], [BAD], ["CONFOUNDED"], ["Shadows resemble"], ["FAIL: 1 fail."]
    before = copy.deepcopy(given)
    verdict(*given, gate_failed=True)["lines"].append("more")
    assert given == before
