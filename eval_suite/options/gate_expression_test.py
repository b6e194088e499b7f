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
        "tpr@0.05<=0.1",
        "<=0.5",
    ],
)
def test_refuses_and_names_what_is_accepted(text):
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        parse_gate(text)
    message = str(caught.value)
    assert repr(text) in message
    assert all(metric in message for metric in METRICS)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("prefix", [None, "M-1"])
def test_text_reads_back(metric, prefix):
    gate = Gate(metric, 0.125, prefix)
    assert parse_gate(str(gate)) == gate
