import numpy as np

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.by_epoch import by_epoch
from eval_suite.report.made_up_runs.results import build_results


def drawn(results):
    drawing = draw(by_epoch, Rows(results))
    return drawing, drawing.figure.axes


def test_each_training_has_its_lines():
    results = build_results()
    drawing, (above, below) = drawn(results)
    names = dict.fromkeys(row["defense"] for row in results["epochs"])
    assert len(names) == 2
    shown = [line.get_ydata() for line in (*above.lines[1:], *below.lines)]
    expected = [
        [row[key] for row in results["epochs"] if row["defense"] == name]
        for keys in (["auc"], ["member_accuracy", "nonmember_accuracy"])
        for name in names
        for key in keys
    ]
    np.testing.assert_allclose(shown, expected)
    assert len(drawing.hovers) == len(results["epochs"])
    name = next(iter(names))
    assert drawing.hovers[0].text.startswith(f"{name}, epoch 1: AUC 0.504")


def test_it_is_said_when_the_model_was_best():
    # The made-up accuracy on others is highest after epoch 20 of 30.
    drawing, _ = drawn(build_results())
    assert (
        "most accurate on others after epoch 20: 95.0 %, AUC 0.580" in drawing.finding
    )
    assert "its last epoch is 30: 94.0 %, AUC 0.620 [0.590, 0.650]" in drawing.finding
    results = build_results()
    results["epochs"] = results["epochs"][:20]
    drawing, _ = drawn(results)
    assert "after its last epoch, 20: 95.0 %" in drawing.finding
