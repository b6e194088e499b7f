import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import labels
from eval_suite.report.figures.all_figures_test import rows as rows
from eval_suite.report.figures.attack_heat_maps import attacks
from eval_suite.report.figures.attack_heat_maps import slices
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.roc_curves import roc_slices
from eval_suite.report.made_up_runs.attack_rows import OF_NEIGHBORS
from eval_suite.report.made_up_runs.results import build_results


def _cells(figure, rows):
    """The heat map's numbers by defense and column."""
    axes = draw(figure, rows).figure.axes[0]
    columns = [tick.get_text() for tick in axes.get_xticklabels()]
    named = labels(axes)
    names = {style.label(row, 25): row["name"] for row in rows.drawn}
    cells = {}
    for text in axes.texts:
        x, y = text.get_position()
        if text.get_transform() == axes.transData:
            cells[names[named[y]], columns[x]] = float(text.get_text())
    return cells


def test_heat_map_cells_are_the_attack_rows(rows):
    cells = _cells(attacks, rows)
    for row in rows.results["attacks"]:
        if row["slice"] != "entire" or row["attack"] in OF_NEIGHBORS:
            continue
        column = "adaptive" if row["group"] == "adaptive" else row["attack"]
        assert cells[row["defense"], column] == pytest.approx(row["auc"], abs=0.0051)
    for row in rows.defenses:  # one adaptive attack a defense, of neighbors the best
        auc = row["asked_often"]["auc"]
        assert cells[row["name"], "many questions"] == pytest.approx(auc, abs=0.0051)


def test_columns_of_the_best_of_a_kind_are_never_left_out():
    results = build_results()
    more = [row for row in results["attacks"] if row["attack"] == "forest"]
    for number in range(9):
        results["attacks"] += [{**row, "attack": f"forest {number}"} for row in more]
    drawing = draw(attacks, Rows(results))
    columns = [tick.get_text() for tick in drawing.figure.axes[0].get_xticklabels()]
    assert len(columns) == 16
    assert columns[-2:] == ["adaptive", "many questions"]
    assert "Of “adaptive” and “many questions” it is the best" in drawing.reading


def test_heat_map_of_slices_is_of_the_strongest_attack(rows):
    cells = _cells(slices, rows)
    for row in rows.results["attacks"]:
        if row["attack"] == "rmia_online":
            cell = cells[row["defense"], rows.slice_label(row["slice"])]
            assert cell == pytest.approx(row["auc"], abs=0.0051)


def test_heat_map_leaves_missing_cells_empty():
    results = build_results()
    row = next(row for row in results["attacks"] if row["attack"] == "forest")
    row["auc"] = None
    full = _cells(attacks, Rows(build_results()))
    empty = full.keys() - _cells(attacks, Rows(results)).keys()
    assert empty == {(row["defense"], "forest")}


def test_the_most_exposed_slice_is_named_as_people_do():
    results = build_results()
    results["dataset"]["class_names"][3] = "sneaker"
    exposed = next(row for row in results["attacks"] if row["slice"] == "class=3")
    exposed["auc"] = 0.93
    # The headline may be an attack through a defense, of which there are no slices.
    results["defenses"][0]["strongest_attack"] = "temperature:rmia_online"
    rows = Rows(results)
    assert _cells(slices, rows)["base", "class sneaker"] == 0.93
    finding = draw(roc_slices, rows).finding
    assert "most on the slice “class sneaker”: AUC 0.930, against 0.612" in finding
