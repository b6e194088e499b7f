import numpy as np

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import rows as rows
from eval_suite.report.figures.attack_heat_maps import attacks
from eval_suite.report.figures.attack_heat_maps import slices
from eval_suite.report.figures.roc_curves import roc_slices
from eval_suite.report.made_up_runs.attack_rows import OF_NEIGHBORS
from eval_suite.report.made_up_runs.results import build_results


def _cells(figure, rows):
    """The heat map's cells by defense and column."""
    axes = draw(figure, rows).figure.axes[0]
    columns = [tick.get_text() for tick in axes.get_xticklabels()]
    grid = axes.collections[0].get_array()
    return {
        (row["name"], column): grid[i, j]
        for i, row in enumerate(rows.drawn)
        for j, column in enumerate(columns)
    }


def test_heat_map_cells_are_the_attack_rows(rows):
    cells = _cells(attacks, rows)
    for row in rows.results["attacks"]:
        if row["slice"] != "entire" or row["attack"] in OF_NEIGHBORS:
            continue
        column = "adaptive" if row["group"] == "adaptive" else row["attack"]
        assert cells[row["defense"], column] == row["auc"]
    for row in rows.defenses:  # one adaptive attack a defense, of neighbors the best
        assert cells[row["name"], "many questions"] == row["asked_often"]["auc"]


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
            assert cells[row["defense"], rows.slice_label(row["slice"])] == row["auc"]


def test_heat_map_leaves_missing_cells_empty():
    results = build_results()
    row = next(row for row in results["attacks"] if row["attack"] == "forest")
    row["auc"] = None
    cells = _cells(attacks, Rows(results))
    empty = [key for key, auc in cells.items() if auc is np.ma.masked]
    assert empty == [(row["defense"], "forest")]


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
