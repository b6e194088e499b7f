import math
import re

import pytest

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import pair_row
from eval_suite.gate.decision import decide
from eval_suite.gate.questions import change_questions
from eval_suite.gate.questions import limit_questions
from eval_suite.options.gate_expression import parse_gate

FIGURES = {
    "strongest_attack": "loss",
    "strongest_auc": 0.6,
    "strongest_auc_low": 0.58,
    "strongest_auc_high": 0.62,
    "accuracy": 0.9,
    "accuracy_low": 0.88,
    "accuracy_high": 0.92,
    "latency_ratio": {
        "1": {"ratio": 1.1, "low": 1.09, "high": 1.11},
        "256": {"ratio": 1.5, "low": 1.4, "high": 1.6},
    },
}
POINT = {"tpr": 0.05, "low": 0.04, "high": 0.06, "realised_fpr": 0.01}


def attack(defense, name, slice="entire", point=POINT):
    return {
        "defense": defense,
        "attack": name,
        "slice": slice,
        "tpr_at_fpr": {"0.01": point, "0.001": None},
        "n_members": 800,
        "n_nonmembers": 700,
    }


def results(pairs=8, **fields):
    return {
        "profile": {"pairs": pairs},
        "defenses": [{"name": name, **FIGURES} for name in ("base", "M-1")],
        "attacks": [
            attack("M-1", "loss"),
            attack("M-1", "knn"),
            attack("M-1", "loss", "correct"),
            attack("base", "loss"),
        ],
        "checks": [],
        "not_measured": [],
        **fields,
    }


def ask(text, found=None, names=("M-1",), drops=()):
    return limit_questions(parse_gate(text), found or results(), names, drops)


def test_auc_is_the_strongest_attacks():
    (question,) = ask("auc<=0.55")
    assert (question.defense, question.attack, question.now) == ("M-1", "loss", 0.6)
    assert question.estimate.degrees == 7
    assert question.estimate.lower(0.025) == pytest.approx(0.58)
    assert question.units == ((8, "pairs of models"),)


def test_one_model_rests_on_its_examples():
    (question,) = ask("auc<=0.55", results(pairs=0))
    assert question.estimate.degrees == math.inf
    assert question.units == ((800, "members"), (700, "non-members"))


def test_tpr_is_asked_of_every_attack_on_the_entire_set():
    assert [q.attack for q in ask("tpr@0.01<=0.03")] == ["loss", "knn"]


def test_latency_is_asked_at_every_batch_size():
    verdicts = decide(ask("latency_ratio<=1.2"))
    assert [v.question.metric for v in verdicts] == [
        "latency_ratio@1",
        "latency_ratio@256",
    ]
    assert [v.status for v in verdicts] == ["pass", "fail"]


def test_fall_in_accuracy_is_the_paired_one():
    drops = [
        {"defense": "M-1", "value": 0.004, "error": 0.001, "degrees": 7},
        {"defense": "base", "value": 0.0, "error": 0.0, "degrees": 7},
    ]
    (question,) = ask("accuracy_drop<=0.01", drops=drops)
    assert question.now == 0.004
    assert decide([question])[0].status == "pass"


def test_gate_with_a_name_is_for_that_defense_alone():
    names = ("M-1", "M-5")
    assert [q.defense for q in ask("base:auc<=0.7", names=names)] == ["base"]
    assert [q.defense for q in ask("auc<=0.7", names=names)] == ["M-1", "M-5"]


@pytest.mark.parametrize(
    ("text", "found", "reason"),
    [
        ("M-5:auc<=0.5", results(), "not measured"),
        ("base:accuracy_drop<=0.1", results(), "select one with --defenses"),
        ("base:latency_ratio<=2", results(), "select one with --defenses"),
        ("tpr@0.001<=0.1", results(), "700 non-members are too few; 10,000 would do"),
        (
            "auc<=0.5",
            results(
                defenses=[],
                checks=[
                    {
                        "test": "test_a.py::test_defense[M-1]",
                        "outcome": "failed",
                        "message": "NaN in the outputs",
                    }
                ],
            ),
            r"test_defense\[M-1\] failed: NaN in the outputs",
        ),
        (
            "latency_ratio<=2",
            results(
                defenses=[{"name": "M-1", **FIGURES, "latency_ratio": None}],
                not_measured=[
                    {"what": "latency (M-10, M-11)", "reason": "another defense"},
                    {"what": "latency (M-5, M-1)", "reason": "run without -n"},
                ],
            ),
            "run without -n",
        ),
    ],
)
def test_missing_figure_is_a_problem_with_its_reason(text, found, reason):
    (verdict,) = decide(ask(text, found))
    assert verdict.status == "fail"
    assert re.search(reason, verdict.question.problem)


def test_change_of_a_game_is_over_its_pairs():
    then = Baseline.of({}, [pair_row("M-1", "loss", [0.5, 0.52, 0.51, 0.53])])
    now = Baseline.of({}, [pair_row("M-1", "loss", [0.6, 0.63, 0.61, 0.62])])
    (question,) = change_questions(then, now, results(), margin=0.01, paired=True)
    assert question.units == ((4, "pairs of models"),)
    assert question.estimate.value == pytest.approx(0.1)
    assert decide([question])[0].status == "fail"


def test_attack_of_the_baseline_that_is_missing_fails():
    then = Baseline.of({}, [pair_row("M-1", "mlp", [0.5, 0.52])])
    now = Baseline.of({}, [])
    (verdict,) = decide(
        change_questions(then, now, results(), margin=0.01, paired=True)
    )
    assert (verdict.status, verdict.question.problem) == ("fail", "not measured")
