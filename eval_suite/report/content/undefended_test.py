import copy

import numpy as np
import pytest
from scipy import stats

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
        accuracy_low=accuracy - 0.006,
        accuracy_high=accuracy + 0.006,
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
    results = run(accuracy=0.976, auc=0.5)
    found = behind(results)
    names = [row["name"] for row in defenses(results)]
    p_values = []
    for row in defenses(results):
        # Half-widths of 95 %: .009 and .01 of the AUC, .006 twice of the accuracy.
        for difference, halves in (
            (decided(row) - 0.5, (0.009, 0.01)),
            (0.976 - row["accuracy"], (0.006, 0.006)),
        ):
            error = np.hypot(*halves) / stats.t.ppf(0.975, 7)
            p_values.append(stats.t.sf(difference / error, 7))
    worse = np.reshape(p_values, (-1, 2)).max(axis=1)
    adjusted = by_holm(worse)
    expected = {n for n, p in zip(names, adjusted, strict=True) if p <= 0.05}
    assert set(found) == expected
    assert 0 < len(expected) < len(names)
    assert set(found.values()) == {"reference-only"}


def by_holm(p_values):
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(
        (len(p_values) - np.arange(len(p_values))) * np.asarray(p_values)[order]
    )
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1, steps)
    return adjusted


def test_what_a_run_has_paired_is_corrected_for_all_of_them():
    results = run(accuracy=0.5, auc=0.9)
    names = [row["name"] for row in defenses(results)]

    def marked(p_value):
        results["beside_controls"] = [
            {
                "defense": name,
                "control": "reference-only",
                "difference_auc": 0.1,
                "difference_accuracy": -0.1,
                "p_value": p_value if name == names[2] else 0.9,
            }
            for name in names
        ]
        return list(behind(results))

    assert marked(0.04 / len(names)) == [names[2]]
    assert marked(0.04) == []


def test_many_defenses_as_good_as_a_control_are_seldom_marked():
    """Of 60 that differ by chance alone, one is marked in at most 5 % of the runs."""
    rng = np.random.default_rng(0)
    results = build_results(defenses=61)
    results["defenses"].append(run(0.97, 0.6)["defenses"][-1])
    rows = defenses(results)
    runs = 200
    false = 0
    for _ in range(runs):
        draws = rng.normal(size=(len(rows), 2, 8))
        t = stats.ttest_1samp(draws, 0, axis=-1, alternative="greater").pvalue
        results["beside_controls"] = [
            {
                "defense": row["name"],
                "control": "reference-only",
                "difference_auc": 0.0,
                "difference_accuracy": 0.0,
                "p_value": float(p),
            }
            for row, p in zip(rows, t.max(axis=1), strict=True)
        ]
        false += bool(behind(results))
    assert stats.binomtest(false, runs, 0.05, alternative="greater").pvalue > 0.001


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
