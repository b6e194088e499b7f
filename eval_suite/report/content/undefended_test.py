import copy

import pytest

from eval_suite.report.content.advice import advise
from eval_suite.report.content.defense_table import table
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.undefended import behind
from eval_suite.report.content.undefended import defenses
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.markdown import render_markdown


def run(accuracy, auc, half_width=0.01):
    """A made-up run with one more undefended model."""
    results = build_results()
    rival = copy.deepcopy(results["defenses"][0])
    rival.update(
        name="reference-only",
        title="reference-only",
        accuracy=accuracy,
        asked_once=None,
        asked_often=None,
        strongest_auc=auc,
        strongest_auc_low=auc - half_width,
        strongest_auc_high=auc + half_width,
    )
    results["defenses"].append(rival)
    return results


def decided(row):
    kinds = [row["asked_once"], row["asked_often"]]
    return max(row["strongest_auc"], *(kind["auc"] for kind in kinds if kind))


def test_a_defense_is_behind_where_both_accuracy_and_auc_are_worse():
    results = run(accuracy=0.96, auc=0.5)
    found = behind(results)
    for row in defenses(results):
        worse = row["accuracy"] < 0.96 and decided(row) > 0.53
        assert (row["name"] in found) == worse, row["name"]
    assert set(found.values()) == {"reference-only"}


@pytest.mark.parametrize(
    ("accuracy", "auc", "half_width"),
    [(0.5, 0.5, 0.01), (0.999, 0.7, 0.01), (0.999, 0.5, 0.2)],
    ids=["less accurate", "leaks more", "intervals meet"],
)
def test_a_model_that_is_not_better_on_both_beats_none(accuracy, auc, half_width):
    assert behind(run(accuracy, auc, half_width)) == {}


def test_no_undefended_model_is_recommended():
    results = run(accuracy=0.999, auc=0.5)
    # Of all rows the weakest attack at the best accuracy, and every defense behind it.
    assert len(behind(results)) == len(defenses(results))
    advice = advise(results)
    assert advice.defense is None
    assert "reference-only 99.9 %" in advice.reason


def test_a_beaten_defense_is_marked_in_the_table_and_in_the_text():
    rows = Rows(run(accuracy=0.96, auc=0.5))
    marked = {
        row["name"]
        for row in table(rows)
        if any(badge.text == "behind reference-only" for badge in row["badges"])
    }
    assert marked == set(rows.behind) != set()
    assert render_markdown(rows).count("(behind reference-only)") == len(marked)


def test_without_controls_nothing_is_advised():
    results = build_results()
    results["controls"] = []
    assert advise(results).headline == "No advice: no control was run"
