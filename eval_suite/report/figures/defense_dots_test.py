import numpy as np
import pytest

from eval_suite.report.figures import style
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import labels
from eval_suite.report.figures.all_figures_test import rows as rows
from eval_suite.report.figures.defense_dots import advantage
from eval_suite.report.figures.defense_dots import strongest_auc


@pytest.mark.parametrize(
    ("figure", "key"),
    [(strongest_auc, "strongest_auc"), (advantage, "strongest_advantage")],
)
def test_dots_are_sorted_and_at_their_values(figure, key, rows):
    axes = draw(figure, rows).figure.axes[0]
    ordered = sorted(rows.drawn, key=lambda row: row[key])
    assert labels(axes) == [style.label(row) for row in ordered]
    drawn = {}
    for line in axes.lines:
        if line.get_marker() in "oDs^P" and len(line.get_xdata()) == 1:
            drawn[int(line.get_ydata()[0])] = line.get_xdata()[0]
    np.testing.assert_allclose(
        [drawn[i] for i in range(7)], [row[key] for row in ordered]
    )
