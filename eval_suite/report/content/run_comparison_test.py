import copy

import numpy as np
import pytest

from eval_suite.report.content.change import Change
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run_comparison import compare_runs
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors
from eval_suite.report.output.markdown import render_markdown
from eval_suite.report.output.page import render_page


def _rows(comparison):
    return {row.name: row for row in comparison.rows}


def test_a_run_equals_itself():
    results = build_results()
    comparison = compare_runs(results, copy.deepcopy(results))
    assert comparison.warnings == []
    assert comparison.sentence == "No attack changed by more than its interval."
    for row in comparison.rows:
        assert row.auc.value == 0
        assert not row.auc.clear


def test_intervals_cover_the_difference_of_two_independent_runs():
    """95 % intervals of simulated runs: the difference is covered 95 % of the time."""
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        runs = []
        for mean, error in ((0.60, 0.004), (0.57, 0.008)):
            value = rng.normal(mean, error)
            results = build_results(defenses=2)
            results["defenses"][1] |= {
                "strongest_auc": value,
                "strongest_auc_low": value - 1.96 * error,
                "strongest_auc_high": value + 1.96 * error,
            }
            runs.append(results)
        change = _rows(compare_runs(*runs))["M-1"].auc
        covered += change.low <= 0.03 <= change.high
    assert 366 <= covered <= 394  # 380 +- 3.2 standard errors


def test_clear_changes_come_first_and_are_named():
    new, old = build_results(), build_results()
    for key in ("strongest_auc", "strongest_auc_low", "strongest_auc_high"):
        new["defenses"][5][key] += 0.05
        new["defenses"][6][key] -= 0.05
    comparison = compare_runs(new, old)
    assert {row.name for row in comparison.rows[:2]} == {"M-18", "temperature"}
    assert comparison.sentence == (
        "Attacked more successfully than before: M-18; less successfully: temperature."
    )


def test_asymmetric_ends_meet_the_facing_ends():
    new, old = build_results(defenses=2), build_results(defenses=2)
    keys = ("strongest_auc", "strongest_auc_low", "strongest_auc_high")
    new["defenses"][1].update(zip(keys, (0.6, 0.57, 0.6), strict=True))
    old["defenses"][1].update(zip(keys, (0.5, 0.5, 0.54), strict=True))
    change = _rows(compare_runs(new, old))["M-1"].auc
    assert change.low == pytest.approx(0.1 - 0.05)
    assert change.high == pytest.approx(0.1)


def test_defenses_of_one_run_only():
    comparison = _rows(
        compare_runs(build_results(defenses=6), build_results(defenses=3))
    )
    assert comparison["M-17"].presence == "new"
    assert comparison["M-17"].auc == Change(None, None, None)
    comparison = _rows(
        compare_runs(build_results(defenses=3), build_results(defenses=6))
    )
    assert comparison["M-17"].presence == "gone"


def test_other_conditions_are_warned_of():
    new, old = build_results(), build_results()
    old["dataset"]["digest"] = "other"
    old["verdict"]["status"] = "void"
    old["profile"]["nonmember_accuracy"] = 0.8
    warnings = compare_runs(new, old).warnings
    assert warnings[0] == "The runs differ in their data."
    assert len(warnings) == 3


def test_missing_ends_give_a_difference_without_interval():
    new, old = build_results(), build_results()
    old["defenses"][1]["accuracy_low"] = None
    new["defenses"][2]["latency_ratio"] = None
    comparison = _rows(compare_runs(new, old))
    assert comparison["M-1"].accuracy == Change(0.0, None, None)
    assert not comparison["M-1"].accuracy.clear
    assert comparison["M-5"].latency.value is None


def test_words():
    assert Change(None, None, None).words() == ""
    assert Change(0.01, None, None).words() == "+0.010"
    assert Change(-0.01, -0.02, 0.0).words() == "-0.010 [-0.020, 0.000]"
    assert Change(0.0123, 0.01, 0.02).in_points() == "+1.2 [1.0, 2.0]"


def test_page_and_markdown_show_the_comparison():
    new, old = build_results(), build_results()
    old["title"] = "<b>older</b> run"
    for key in ("strongest_auc", "strongest_auc_low", "strongest_auc_high"):
        new["defenses"][5][key] += 0.05
    comparison = compare_runs(new, old)
    rows = Rows(new)
    page = render_page(rows, [], comparison)
    assert 'id="compared"' in page
    assert "&lt;b&gt;older" in page
    assert "<strong>+0.050 [0.037, 0.063]</strong>" in page
    assert page.count("<strong>") == 1
    text = render_markdown(rows, comparison)
    assert "Attacked more successfully than before: M-18" in text
    assert "+0.050 [0.037, 0.063]" in text
    assert 'id="compared"' not in render_page(rows, [])


def _raise(row, shift):
    """Raises what an attacker finds who asks often, and the headline with it."""
    for key in ("auc", "auc_low", "auc_high"):
        row["asked_often"][key] += shift
        row[f"strongest_{key}"] = row["asked_often"][key]


def test_each_attacker_has_a_change_and_the_strongest_decides():
    new, old = build_results(defenses=8), build_results(defenses=8)
    _raise(new["defenses"][7], 0.05)
    comparison = compare_runs(new, old)
    row = comparison.rows[0]
    assert row.name == "looks-safe"
    assert row.often.value == pytest.approx(0.05)
    assert row.once.value == 0
    assert row.judged is row.auc
    page = render_page(Rows(new), [], comparison)
    assert "<strong>+0.050 [0.037, 0.063]</strong>" in page
    assert "0.000 [-0.013, 0.013]" in page


def test_runs_of_which_one_asked_no_neighbors_compare_by_one_question():
    new = build_results(defenses=8)
    old = without_neighbors(new)
    comparison = compare_runs(new, old)
    expected = "The runs differ in their questions about neighbors of an input."
    assert expected in comparison.warnings
    # The strongest attack is far above the old one, which asked once.
    row = _rows(comparison)["looks-safe"]
    assert row.auc.rose
    assert row.judged is row.once
    assert row.often.value is None
    assert comparison.sentence == (
        "No attack changed by more than its interval (asked once, as in both runs)."
    )
    assert comparison.sentence in render_page(Rows(new), [], comparison)
    assert "<strong>" not in render_page(Rows(new), [], comparison)


def test_other_questions_are_warned_of():
    new, old = build_results(), build_results()
    old["threat_model"]["questions"]["count"] = 64
    comparison = compare_runs(new, old)
    assert comparison.judged_by == ""
    assert comparison.warnings == [
        "The runs differ in their questions about neighbors of an input."
    ]
