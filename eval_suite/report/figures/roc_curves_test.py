import numpy as np
import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import rows as rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.roc_curves import roc
from eval_suite.report.figures.roc_curves import roc_low
from eval_suite.report.figures.roc_curves import roc_slices
from eval_suite.report.made_up_runs.results import build_results


def _parts(drawing, colours, least=0.0):
    """The curves of some colours, by the panel that they are in, on the unit square."""
    found = {}
    for line in drawing.figure.axes[0].lines:
        if line.get_color() not in colours or line.get_linewidth() < least:
            continue
        places = np.transpose(line.get_data()).astype(float)
        gaps = np.flatnonzero(np.isnan(places[:, 0]))
        for part in np.split(places, gaps):
            part = part[~np.isnan(part).any(axis=1)]
            for hover in drawing.hovers if len(part) else ():
                corner, size = hover.box[:2], np.subtract(hover.box[2:], hover.box[:2])
                inside = (part - corner) / size
                if (np.abs(inside - 0.5) <= 0.5 + 1e-6).all():
                    found.setdefault(hover, []).append(inside.T)
    return found


_FAMILIES = [colour for colour, _ in (*style.FAMILIES.values(), style.family_style(""))]


@pytest.mark.parametrize("figure", [roc, roc_low])
def test_roc_curves_are_the_rows(figure, rows):
    drawing = draw(figure, rows)
    found = _parts(drawing, _FAMILIES)
    by_name = {hover.names[0]: parts for hover, parts in found.items()}
    assert set(by_name) == {row["name"] for row in rows.drawn}
    for row in rows.drawn:
        curve = rows.curve(row)
        assert curve["attack"] == row["strongest_attack"]
        ((x, y),) = by_name[row["name"]]
        fpr, tpr = (np.array(curve[key])[1:] for key in ("fpr", "tpr"))
        if figure is roc_low:
            fpr, tpr = (1 + np.log10(np.maximum(v, 1e-3)) / 3 for v in (fpr, tpr))
        # The thinned line is off by less than 1.5 % of the panel.
        assert np.abs(np.interp(fpr, x, y) - tpr).max() < 0.015
        assert len(x) < len(fpr) / 3


def test_each_slice_has_a_panel_with_every_defense(rows):
    drawing = draw(roc_slices, rows)
    titles = [text.get_text() for text in drawing.figure.axes[0].texts]
    parts = [
        "entire",
        "correct",
        "incorrect",
        *(f"class {digit}" for digit in range(10)),
    ]
    assert [title for title in titles if title in parts] == parts
    found = _parts(drawing, _FAMILIES, least=0.4)
    assert len(found) == len(parts)
    for hover, part in zip(drawing.hovers, parts[:3], strict=False):
        assert set(hover.names) == {row["name"] for row in rows.drawn}
        for row in rows.drawn:
            curve = rows.curve(row, part)
            errors = [
                np.abs(np.interp(curve["fpr"], x, y) - curve["tpr"])[1:].max()
                for x, y in found[hover]
            ]
            assert min(errors) < 0.03


def test_an_attack_without_curve_or_row_is_replaced_by_the_best_that_has_one():
    results = build_results()
    results["defenses"][0]["strongest_attack"] = "temperature:rmia_online"
    rows = Rows(results)
    assert rows.curve(rows.base)["attack"] == "rmia_online"
    assert rows.strongest(rows.base)["attack"] == "rmia_online"
    assert len(draw(roc, rows).hovers) == 7


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
    texts = [text.get_text() for text in draw(roc, rows).figure.axes[0].texts]
    assert "only loss" in texts
