import numpy as np
import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import rows as rows
from eval_suite.report.figures.roc_curves import roc
from eval_suite.report.figures.roc_curves import roc_low
from eval_suite.report.figures.roc_curves import roc_slices
from eval_suite.report.made_up_runs.results import build_results


@pytest.mark.parametrize("figure", [roc, roc_low])
def test_roc_curves_are_the_rows(figure, rows):
    drawing = draw(figure, rows)
    for axes, row in zip(drawing.figure.axes, rows.drawn, strict=True):
        curve = rows.curve(row)
        assert curve["attack"] == row["strongest_attack"]
        # The thinned line is off by less than 1 % of the panel; log-log, of 3 decades.
        x, y = axes.lines[-1].get_data()
        fpr, tpr = (np.array(curve[key])[1:] for key in ("fpr", "tpr"))
        if figure is roc_low:
            x, y, fpr, tpr = (np.log10(v[v > 0]) / 3 for v in (x, y, fpr, tpr))
        assert np.abs(np.interp(fpr, x, y) - tpr).max() < 0.01
        assert len(x) < len(fpr) / 3


def test_each_slice_has_a_panel_with_every_defense(rows):
    panels = draw(roc_slices, rows).figure.axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles[:3] == ["entire", "correct", "incorrect"]
    assert titles[3:] == [f"class {digit}" for digit in range(10)]
    for axes, part in zip(panels, ("entire", "correct", "incorrect"), strict=False):
        lines = [line.get_data() for line in axes.lines[1:]]  # but for the diagonal
        # The undefended model is drawn last, above the others.
        for row, (x, y) in zip(reversed(rows.drawn), lines, strict=True):
            curve = rows.curve(row, part)
            found = np.interp(curve["fpr"], x, y)
            assert np.abs(found - curve["tpr"])[1:].max() < 0.01


def test_an_attack_without_curve_or_row_is_replaced_by_the_best_that_has_one():
    results = build_results()
    results["defenses"][0]["strongest_attack"] = "temperature:rmia_online"
    rows = Rows(results)
    assert rows.curve(rows.base)["attack"] == "rmia_online"
    assert rows.strongest(rows.base)["attack"] == "rmia_online"
    assert len(draw(roc, rows).figure.axes) == 7


def test_no_line_of_a_weaker_attack_on_the_undefended_model():
    results = build_results()
    results["curves"] = [
        row
        for row in results["curves"]
        if (row["defense"], row["attack"]) != ("base", "rmia_online")
    ]
    rows = Rows(results)
    assert rows.curve(rows.base)["attack"] == "loss"
    assert rows.undefended_curve() is None
    first = draw(roc, rows).figure.axes[0]
    assert [text.get_text() for text in first.texts] == ["only loss"]
