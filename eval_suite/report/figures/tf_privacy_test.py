from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.tf_privacy import engines
from eval_suite.report.made_up_runs.results import build_results


def test_engines_are_drawn_where_they_were_run():
    results = build_results()
    drawn = draw(engines, Rows(results))
    dots = {
        (line.get_xdata()[0], line.get_marker())
        for axes in drawn.figure.axes
        for line in axes.lines
        if len(line.get_xdata()) == 1
    }
    for row in results["tf_privacy_null"]:
        assert {(row["auc"], "s"), (row["own_auc"], "o")} <= dots
    results["tf_privacy_null"] = []
    absent = draw(engines, Rows(results))
    assert absent.figure is None
    assert absent.missing == "run with --tf-privacy full"
