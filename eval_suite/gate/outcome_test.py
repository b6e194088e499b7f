import dataclasses

import pytest

from eval_suite.gate.decision import Decision
from eval_suite.gate.decision import Question
from eval_suite.gate.outcome import GateOutcome
from eval_suite.gate.outcome import GateRules
from eval_suite.gate.outcome import _doubted
from eval_suite.gate.outcome import judge
from eval_suite.results.recorded import Recorded

RULES = GateRules((), ("base",), baseline=None, margin=0.01, strict=False)


def test_void_and_confounded_run_is_called_confounded_once():
    found = {"confounded": True, "detail": "CONFOUNDED: members differ"}
    outcome = judge(Recorded(exchangeability=[found]), RULES)
    assert outcome.failed
    assert outcome.problems == [
        "void: No control was run, so no figure can be trusted."
    ]
    assert outcome.remarks == ["CONFOUNDED: members differ"]


LIMIT = Question("base", "auc", 0.55, attack="loss")
CHANGE = dataclasses.replace(LIMIT, baseline=0.5)


@pytest.mark.parametrize("strict", [False, True])
def test_undecided_turns_red_only_where_that_was_asked_for(strict):
    undecided = Decision(LIMIT, "inconclusive")
    outcome = GateOutcome([undecided, Decision(LIMIT, "pass")], strict=strict)
    assert outcome.failures == ([undecided] if strict else [])
    assert outcome.failed == strict
    word = "FAIL" if strict else "PASS, with a warning"
    assert outcome.headline() == f"{word}: 0 fail, 1 inconclusive, 1 pass"


def test_pass_is_no_failure_even_if_strict_and_a_fail_always_is():
    assert not GateOutcome([Decision(LIMIT, "pass")], strict=True).failed
    assert GateOutcome([Decision(LIMIT, "fail")]).failed


def test_problem_of_the_run_turns_it_red_without_any_decision():
    outcome = GateOutcome([], ["void"])
    assert outcome.failed
    assert outcome.headline() == "FAIL: 0 fail, 0 inconclusive, 0 pass"
    assert GateOutcome([]).headline() == "no figure was compared"


@pytest.mark.parametrize(
    ("question", "status", "expected"),
    [
        (LIMIT, "pass", "inconclusive"),
        (LIMIT, "fail", "fail"),
        (CHANGE, "pass", "pass"),
        (dataclasses.replace(LIMIT, attack=None), "pass", "pass"),
    ],
)
def test_confounded_run_shows_of_no_attack_that_it_keeps_a_limit(
    question, status, expected
):
    found = _doubted(Decision(question, status), "exchangeable examples")
    assert found.status == expected
