import numpy as np

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import labels
from eval_suite.report.figures.all_figures_test import rows as rows
from eval_suite.report.figures.defense_dots import advantage
from eval_suite.report.figures.defense_dots import strongest_auc
from eval_suite.report.figures.drawing import style
from eval_suite.report.made_up_runs.made_up_defense import LOOKS_SAFE
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors


def _marks(axes, *, hollow, markers="oDs^P"):
    """The place on the horizontal axis of each mark, by row of the figure."""
    return {
        int(line.get_ydata()[0]): line.get_xdata()[0]
        for line in axes.lines
        if line.get_marker() in markers
        and len(line.get_xdata()) == 1
        and (line.get_mfc() == style.PAPER) is hollow
    }


def test_dots_are_sorted_and_at_their_values(rows):
    axes = draw(advantage, rows).figure.axes[0]
    ordered = sorted(rows.drawn, key=lambda row: row["strongest_advantage"])
    assert labels(axes) == [style.label(row) for row in ordered]
    drawn = _marks(axes, hollow=False)
    np.testing.assert_allclose(
        [drawn[i] for i in range(7)], [row["strongest_advantage"] for row in ordered]
    )


def test_both_attackers_have_a_mark_and_the_larger_orders():
    rows = Rows(build_results(defenses=8))
    drawing = draw(strongest_auc, rows)
    axes = drawing.figure.axes[0]
    ordered = sorted(rows.drawn, key=lambda row: row["strongest_auc"])
    assert labels(axes) == [style.label(row) for row in ordered]
    assert ordered[-1]["name"] == LOOKS_SAFE
    for hollow, kind in ((True, "asked_once"), (False, "asked_often")):
        drawn = _marks(axes, hollow=hollow)
        assert [drawn[i] for i in range(8)] == [row[kind]["auc"] for row in ordered]
    assert "looks-safe 0.519 and 0.648" in drawing.alt
    values = [text.get_text() for text in axes.texts]
    assert values == [f"{row['strongest_auc']:.3f}" for row in ordered]


def test_the_label_floor_is_a_line_where_it_is_known(rows):
    drawing = draw(strongest_auc, rows)
    upright = {tuple(line.get_xdata()) for line in drawing.figure.axes[0].lines}
    assert (rows.floor["auc"],) * 2 in upright
    assert "no layer that keeps them can hide it" in drawing.reading
    results = build_results()
    results["defenses"][0]["labels_alone"] = None
    assert "layer" not in draw(strongest_auc, Rows(results)).reading


def test_where_nobody_asks_often_one_mark_is_hollow():
    rows = Rows(without_neighbors(build_results()))
    axes = draw(strongest_auc, rows).figure.axes[0]
    assert _marks(axes, hollow=False) == {}
    assert len(_marks(axes, hollow=True)) == 7


def test_a_known_start_has_a_mark_of_its_own():
    results = build_results()
    known = {"attack": "rmia_online", "auc": 0.7, "auc_low": 0.69, "auc_high": 0.71}
    results["defenses"][4]["known_start"] = known
    axes = draw(strongest_auc, Rows(results)).figure.axes[0]
    assert _marks(axes, hollow=False, markers="x") == {6: 0.7}
