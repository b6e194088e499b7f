import itertools

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import save
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.frontier import PlottedDefense
from eval_suite.report.figures.frontier import frontier
from eval_suite.report.figures.frontier import pareto
from eval_suite.report.made_up_runs.results import build_results


def test_pareto_agrees_with_the_definition():
    rng = np.random.default_rng(0)
    points = [
        PlottedDefense({"name": str(i)}, a, u)
        for i, (a, u) in enumerate(rng.integers(0, 8, (40, 2)) / 8)
    ]

    def beaten(point):
        return any(
            other.accuracy >= point.accuracy
            and other.auc <= point.auc
            and (other.accuracy, other.auc) != (point.accuracy, point.auc)
            for other in points
        )

    expected = {(p.accuracy, p.auc) for p in points if not beaten(p)}
    found = [(point.accuracy, point.auc) for point in pareto(points)]
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_names_on_the_frontier_do_not_cover_each_other():
    results = build_results(defenses=27)
    with style.style():
        drawing = frontier(Rows(results))
        save.arrange(drawing)
        renderer = FigureCanvasAgg(drawing.figure).get_renderer()
        names = drawing.figure.axes[-1].texts
        # Of the words alone: a name that is far away has a line to its point.
        boxes = [Text.get_window_extent(text, renderer) for text in names]
    assert len(boxes) >= 5
    for a, b in itertools.combinations(boxes, 2):
        assert not a.overlaps(b)
