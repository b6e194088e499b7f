"""The figures of the report, in the order of the page."""

from eval_suite.report.figures import dots
from eval_suite.report.figures import roc
from eval_suite.report.figures.style import Drawing
from eval_suite.report.rows import Rows

_FIGURES = (
    dots.strongest_auc,
    dots.accuracy,
    dots.latency,
    dots.advantage,
    roc.roc,
    roc.roc_low,
    roc.roc_slices,
)


def draw_all(rows: Rows) -> list[Drawing]:
    """Draws every figure; call it, and save what it returns, inside `style.style()`."""
    return [figure(rows) for figure in _FIGURES]
