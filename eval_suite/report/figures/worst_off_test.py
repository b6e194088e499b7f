from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import points
from eval_suite.report.figures.worst_off import worst_off
from eval_suite.report.made_up_runs.results import build_results


def test_each_defense_has_a_dot_for_all_and_one_for_the_worst_off():
    results = build_results()
    drawing = draw(worst_off, Rows(results))
    left, right = drawing.figure.axes
    dots = {value for line in left.lines for value, _ in points(line)}
    rates = {value for line in right.lines for value, _ in points(line)}
    shown = [row for row in results["defenses"] if row["worst_off"]]
    assert shown
    for row in shown:
        assert {row["strongest_auc"], row["worst_off"]["auc"]} <= dots
        assert {row["worst_off"]["population_tpr"], row["worst_off"]["tpr"]} <= rates
        assert row["canaries"]["auc"] in dots
        assert row["canaries"]["tpr"] in rates
    base = results["defenses"][0]
    assert f"AUC {base['worst_off']['auc']:.3f}" in drawing.finding


def test_without_pairs_it_says_why_there_is_none():
    results = build_results()
    for row in results["defenses"]:
        row["worst_off"] = None
    drawing = worst_off(Rows(results))
    assert drawing.figure is None
    assert drawing.missing
