"""The figures of the report, in the order of the page."""

from eval_suite.report.figures import attacks
from eval_suite.report.figures import divergence
from eval_suite.report.figures import dots
from eval_suite.report.figures import engines
from eval_suite.report.figures import entropy
from eval_suite.report.figures import frontier
from eval_suite.report.figures import heat
from eval_suite.report.figures import roc
from eval_suite.report.figures import shadows
from eval_suite.report.figures import strengths
from eval_suite.report.figures.save import arrange
from eval_suite.report.figures.style import Drawing
from eval_suite.report.rows import Rows

_FIGURES = (
    frontier.frontier,
    strengths.strengths,
    dots.strongest_auc,
    dots.accuracy,
    dots.latency,
    dots.advantage,
    attacks.kinds,
    attacks.illusion,
    heat.attacks,
    heat.slices,
    roc.roc,
    roc.roc_low,
    roc.roc_slices,
    entropy.entropy,
    divergence.divergence,
    shadows.shadows,
    engines.engines,
)


def draw_all(rows: Rows) -> list[Drawing]:
    """Draws every figure; call it, and save what it returns, inside `style.style()`."""
    drawings = [draw(rows) for draw in _FIGURES]
    for drawing in drawings:
        arrange(drawing)
    return drawings
