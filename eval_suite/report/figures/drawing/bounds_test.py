from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.frontier import frontier
from eval_suite.report.figures.strengths import strengths
from eval_suite.report.made_up_runs.results import build_results


def bars(axes):
    """The places of the bars."""
    return [
        place
        for line in axes.lines
        if line.get_marker() == "_"
        for place in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def guaranteed(bound):
    return {"auc_bound": bound, "epsilon": 1.0, "delta": 1e-4, "conditions": []}


def test_a_proved_bound_is_drawn_above_its_point():
    results = build_results()
    highest = max(row["strongest_auc"] for row in results["defenses"])
    row, other = results["defenses"][4:6]
    row["guarantee"] = guaranteed(highest + 0.02)
    other["guarantee"] = guaranteed(0.97)
    drawing = draw(frontier, Rows(results))
    assert bars(drawing.figure.axes[-1]) == [(row["accuracy"], highest + 0.02)]
    assert f"{other['name']} ≤ 0.970" in drawing.reading


def test_without_a_proof_there_is_no_bar():
    drawing = draw(frontier, Rows(build_results()))
    assert not bars(drawing.figure.axes[-1])
    assert "proved" not in drawing.reading


def test_a_strength_has_the_bound_of_its_own():
    results = build_results()
    row = next(r for r in results["frontier"] if r["name"] == "M-17(weight=0.5)")
    row["auc_bound"] = row["auc"] + 0.01
    drawing = draw(strengths, Rows(results))
    for axes, key in zip(
        drawing.figure.axes[3:], ("accuracy", "nll", "ece"), strict=True
    ):
        assert bars(axes) == [(row[key], row["auc_bound"])]
    assert "the bound that is proved" in drawing.reading
