import dataclasses

import numpy as np
import pytest

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import pair_row
from eval_suite.gate.decision import Decision
from eval_suite.gate.decision import Question
from eval_suite.gate.estimate import Estimate
from eval_suite.gate.outcome import GateOutcome
from eval_suite.gate.outcome import GateRules
from eval_suite.gate.outcome import _doubted
from eval_suite.gate.outcome import judge
from eval_suite.gate.outcome import one_line
from eval_suite.options.gate_expression import parse_gate
from eval_suite.results.recorded import Recorded
from eval_suite.subjects.run_identity import examples_identity

RULES = GateRules((), ("base",), baseline=None, margin=0.01, strict=False)


def test_void_and_confounded_run_is_called_confounded_once():
    found = {"confounded": True, "detail": "CONFOUNDED: members differ"}
    outcome = judge(Recorded(exchangeability=[found]), RULES)
    assert outcome.failed
    assert outcome.problems == [
        "void: No control was run, so no figure can be trusted."
    ]
    assert outcome.remarks == ["CONFOUNDED: members differ"]


def run(auc, attacks=("loss",), rows=8):
    x, y = np.arange(rows * 2.0).reshape(rows, 2), np.arange(rows) % 2
    identity = examples_identity((x, y), (x + 100, y), 2)
    made = [pair_row("base", attack, np.add([0, 0.01], auc)) for attack in attacks]
    return Recorded(gate_identity=[identity], gate_auc=made)


def since(before, now):
    baseline = Baseline.of_run(before)
    return judge(now, dataclasses.replace(RULES, baseline=baseline))


def test_a_run_is_compared_with_its_baseline():
    outcome = since(run(0.5), run(0.7))
    (decision,) = outcome.decisions
    assert decision.question.baseline == pytest.approx(0.505)
    assert decision.question.now == pytest.approx(0.705)
    assert outcome.remarks == []
    assert not any("baseline" in problem for problem in outcome.problems)


def test_a_run_without_figures_is_not_like_its_baseline():
    outcome = since(run(0.5), Recorded())
    assert "nothing was measured" in outcome.problems[-1]
    assert not outcome.decisions


def test_what_the_baseline_lacks_is_said_with_the_strongest():
    now = run(0.5, ("loss", "knn", "mlp"))
    now.gate_auc[1]["auc"] = 0.9
    outcome = since(run(0.5), now)
    assert len(outcome.decisions) == 1
    (remark,) = outcome.remarks
    assert remark.startswith("2 attacks are not in the baseline")
    assert "knn on base, AUC 0.900" in remark
    # What is missing now fails, and is no remark.
    fewer = since(now, run(0.5))
    assert fewer.remarks == []
    assert [found.status for found in fewer.decisions].count("fail") == 2


def test_other_examples_are_compared_unpaired_and_it_is_said():
    outcome = since(run(0.5), run(0.5, ("loss", "knn"), rows=20))
    unpaired, missing = outcome.remarks
    assert "compared unpaired" in unpaired
    assert missing.startswith("1 attacks are not in the baseline")


LIMIT = Question("base", "auc", 0.55, attack="loss")
CHANGE = dataclasses.replace(LIMIT, baseline=0.5)


def test_a_line_tells_the_limit_or_the_margin_and_the_interval():
    kept = dataclasses.replace(LIMIT, now=0.5, estimate=Estimate(0.5, 0.01, 0.01))
    assert one_line(Decision(kept, "pass", (0.48, 0.52))) == (
        "verdict pass; defense base; attack loss; metric auc; now 0.5000; "
        "interval [0.4800, 0.5200]; limit <=0.55"
    )
    risen = dataclasses.replace(CHANGE, now=0.51, estimate=Estimate(0.01, 0.01, 0.01))
    assert one_line(Decision(risen, "fail", (-0.02, 0.04))).endswith(
        "baseline 0.5000; now 0.5100; interval +0.0100 [-0.0200, +0.0400]; "
        "limit margin 0.55"
    )
    # Of few examples the error exceeds what there can be.
    wide = Decision(kept, "inconclusive", (-0.2, 1.8))
    assert "interval [0.0000, 1.0000]" in one_line(wide)
    slow = dataclasses.replace(kept, metric="latency_ratio")
    assert "[-0.2000, 1.8000]" in one_line(dataclasses.replace(wide, question=slow))
    # Where nothing was measured there is nothing between.
    assert one_line(Decision(LIMIT, "fail")).endswith("metric auc; limit <=0.55")
    assert one_line(Decision(kept, "fail")).endswith("now 0.5000; limit <=0.55")


def test_a_line_ends_with_the_problem_or_with_what_would_decide():
    missing = dataclasses.replace(LIMIT, problem="not measured")
    assert one_line(Decision(missing, "fail")).endswith("; not measured")
    undecided = Decision(LIMIT, "inconclusive", decisive="about 90 members")
    assert one_line(undecided).endswith("; about 90 members")


def test_what_fails_is_shown_first():
    statuses = ["pass", "inconclusive", "fail"]
    lines = GateOutcome([Decision(LIMIT, status) for status in statuses]).lines()
    assert [line.split()[0] for line in lines[1:4]] == statuses[::-1]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "pass"),
        ({"exchangeability": [{"confounded": False, "detail": ""}]}, "pass"),
        ({"exchangeability": [{"confounded": True, "detail": "!"}]}, "inconclusive"),
        ({"resemblance": [{"resembles": False, "detail": "!"}]}, "inconclusive"),
    ],
)
def test_a_limit_is_kept_unless_what_precedes_it_casts_doubt(fields, status):
    bound = {"auc": 0.5, "auc_low": 0.49, "auc_high": 0.51}
    strongest = {f"strongest_{name}": value for name, value in bound.items()}
    measured = Recorded(
        headline=[{"defense": "base", "strongest_attack": "loss", **strongest}],
        gate_bound=[{"defense": "base", "attack": "loss", "slice": "entire", **bound}],
        **fields,
    )
    rules = dataclasses.replace(RULES, gates=[parse_gate("auc<=0.55")])
    (decision,) = judge(measured, rules).decisions
    assert decision.status == status


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
    assert not GateOutcome([Decision(LIMIT, "inconclusive")]).failed


def test_problem_of_the_run_turns_it_red_without_any_decision():
    outcome = GateOutcome([], ["void"])
    assert outcome.failed
    assert outcome.headline() == "FAIL: 0 fail, 0 inconclusive, 0 pass"
    assert GateOutcome([]).headline() == "no figure was compared"


@pytest.mark.parametrize(("passes", "shown"), [(11, 11), (12, 0)])
def test_of_more_than_twelve_decisions_those_that_pass_are_not_shown(passes, shown):
    decisions = [Decision(LIMIT, "pass")] * passes + [Decision(LIMIT, "fail")]
    lines = GateOutcome(decisions).lines()
    rows = [line.split()[0] for line in lines[1:-1]]
    assert rows == ["fail"] + ["pass"] * shown


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
