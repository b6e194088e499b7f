"""A row has the keys of its table's type."""

import re

import pytest

from eval_suite.results.recorded import Recorded

HEADLINE = {
    "table": "headline",
    "defense": "M-1",
    "strongest_attack": "loss",
    "strongest_auc": 0.6,
    "strongest_auc_low": 0.5,
    "strongest_auc_high": 0.7,
    "strongest_advantage": 0.2,
    "asked_once": {"attack": "loss", "auc": 0.6, "auc_low": 0.5, "auc_high": 0.7},
    "asked_often": None,
    "labels_alone": None,
    "known_start": None,
    "worst_off": None,
    "canaries": None,
    "on_reference": None,
    "illusion_gap": 0.0,
    "js_entropy": None,
    "js_cross_entropy": None,
}
GAP = {"table": "not_measured", "defense": "M-1", "what": "loss", "reason": "empty"}
PAIRS = {"table": "gate_auc", "defense": "M-1", "attack": "loss", "auc": 0.6}


def test_a_row_needs_a_table():
    with pytest.raises(ValueError, match="No table 'atack'"):
        Recorded().add([{"table": "atack", "defense": "M-1"}])


def test_a_misspelt_key_is_refused_by_its_name():
    row = {**HEADLINE, "strongest_acu": 0.6}
    del row["strongest_auc"]
    found = Recorded()
    expected = r"'headline'.*: unknown strongest_acu; missing strongest_auc$"
    with pytest.raises(ValueError, match=expected):
        found.add([row])
    assert found == Recorded()


def test_an_optional_key_may_be_absent():
    found = Recorded()
    found.add([GAP, {**GAP, "metric": "loss"}])
    assert ["metric" in row for row in found.not_measured] == [False, True]
    with pytest.raises(ValueError, match=r"unknown meter$"):
        found.add([{**GAP, "meter": "loss"}])


def test_a_table_of_two_kinds_of_rows_takes_either_and_no_mixture():
    examples = {"members": 10, "nonmembers": 12, "deviations": ""}
    found = Recorded()
    found.add([{**PAIRS, "pairs": [0.6]}, {**PAIRS, **examples}])
    assert len(found.gate_auc) == 2
    for row in (PAIRS, {**PAIRS, **examples, "pairs": [0.6]}):
        told = re.escape("Table 'gate_auc' takes no row with these keys: ")
        with pytest.raises(ValueError, match=f"{told}.*, or .*"):
            found.add([row])
