import argparse

import pytest

from eval_suite.options.gate_expression import METRICS
from eval_suite.options.gate_expression import Gate
from eval_suite.options.gate_expression import parse_gate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auc<=0.55", Gate("auc", 0.55)),
        ("tpr@0.01<=0.03", Gate("tpr@0.01", 0.03)),
        (" accuracy_drop <= 1e-2 ", Gate("accuracy_drop", 0.01)),
        ("accuracy>=0.9", Gate("accuracy", 0.9)),
        ("M-5:latency_ratio<=1.2", Gate("latency_ratio", 1.2, "M-5")),
        ("base : auc<=.6", Gate("auc", 0.6, "base")),
        ("tpr@0.05<=0.1", Gate("tpr@0.05", 0.1)),
        ("M-5:tpr@0.0001<=0.001", Gate("tpr@0.0001", 0.001, "M-5")),
    ],
)
def test_accepts(text, expected):
    assert parse_gate(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "auc",
        "auc<0.55",
        "auc=0.55",
        "auc<=",
        "auc<=nan",
        "auc<=inf",
        "auc<=0.5<=0.6",
        "auc<=half",
        ":auc<=0.55",
        "auc>=0.55",
        "accuracy<=0.9",
        "roc<=0.55",
        "<=0.5",
        "tpr@<=0.1",
        "tpr@0<=0.1",
        "tpr@1<=0.1",
        "tpr@5<=0.1",
        "tpr@nan<=0.1",
        "tpr@FPR<=0.1",
        "tpr@0.05>=0.1",
    ],
)
def test_refuses_and_names_what_is_accepted(text):
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        parse_gate(text)
    message = str(caught.value)
    assert repr(text) in message
    assert all(metric in message for metric in METRICS)


@pytest.mark.parametrize("text", ["auc<=0.5", "tpr@0.05<=0.5", "M-1:tpr@1e-4<=0.5"])
def test_the_rate_that_is_asked_for(text):
    assert parse_gate(text).fpr == {"auc": None, "tpr@0.05": 0.05}.get(
        parse_gate(text).metric, 0.0001
    )


@pytest.mark.parametrize("metric", [*sorted(set(METRICS) - {"tpr@FPR"}), "tpr@0.0001"])
@pytest.mark.parametrize("prefix", [None, "M-1"])
def test_text_reads_back(metric, prefix):
    gate = Gate(metric, 0.125, prefix)
    assert parse_gate(str(gate)) == gate
