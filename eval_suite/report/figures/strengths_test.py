import numpy as np

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import points
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.strengths import strengths
from eval_suite.report.made_up_runs.results import build_results


def test_strengths_are_the_rows_and_dominated_ones_hollow():
    results = build_results()
    rows = {row["name"]: row for row in results["frontier"]}
    drawing = draw(strengths, Rows(results))
    panels = np.reshape(drawing.figure.axes, (2, 3))
    trained = ["no defense", "M-17(weight=2.0)", "M-17(weight=0.5)", "M-6"]
    layers = [name for name in rows if name[:2] != "M-" or name == "M-16"]
    floor = [results["defenses"][0]["labels_alone"]["auc"]] * 2
    for part, names, floors in ((panels[0], layers, 1), (panels[1], trained, 0)):
        for axes, key in zip(part, ("accuracy", "nll", "ece"), strict=True):
            hollow = {
                (x, y): line.get_mfc() == style.PAPER
                for line in axes.lines
                if line.get_marker() != "None"
                for x, y in points(line)
            }
            assert len(hollow) == len(names)
            for name in names:
                row = rows[name]
                place = row[key]
                if name == "M-16" and key == "accuracy":  # at the edge
                    place = min(x for x, _ in hollow)
                assert hollow[place, row["auc"]] is row["dominated"]
            assert [list(x.get_ydata()) for x in axes.lines].count(floor) == floors
    # Joined in the order of the strengths, which is not that of the run.
    (joined,) = [
        line
        for line in panels[0, 0].lines
        if len(points(line)) == 3 and line.get_marker() == "None"
    ]
    names = [f"BinnedFrequencies(bins={bins})" for bins in (1, 2, 4)]
    assert list(joined.get_ydata()) == [rows[name]["auc"] for name in names]
    assert "they would squeeze all others: M-16 (20.0 %)." in drawing.reading


def test_a_switch_makes_another_line():
    results = build_results()
    (row,) = [r for r in results["frontier"] if r["name"].startswith("LabelOnly")]
    names = ("Noise(scale=0.1, keyed=True)", "Noise(scale=0.2)", "Noise(scale=0.3)")
    results["frontier"] = [{**row, "name": name} for name in ("no defense", *names)]
    figure = draw(strengths, Rows(results)).figure
    (legend,) = figure.subfigs[0].legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["no defense", "Noise, keyed", "Noise"]
