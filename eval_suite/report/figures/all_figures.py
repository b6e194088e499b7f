"""The figures of the report, in the order of the page."""

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import attack_heat_maps
from eval_suite.report.figures import attack_kinds
from eval_suite.report.figures import by_epoch
from eval_suite.report.figures import defense_dots
from eval_suite.report.figures import divergence
from eval_suite.report.figures import entropy_histograms
from eval_suite.report.figures import frontier
from eval_suite.report.figures import roc_curves
from eval_suite.report.figures import shadow_counts
from eval_suite.report.figures import strengths
from eval_suite.report.figures import strongest_auc
from eval_suite.report.figures import tf_privacy
from eval_suite.report.figures import worst_off
from eval_suite.report.figures.doctor import comparisons
from eval_suite.report.figures.doctor import entropy_gained
from eval_suite.report.figures.doctor import recipes
from eval_suite.report.figures.drawing.save import arrange
from eval_suite.report.figures.drawing.style import Drawing

_FIGURES = (
    frontier.frontier,
    strengths.strengths,
    strongest_auc.strongest_auc,
    worst_off.worst_off,
    defense_dots.accuracy,
    defense_dots.latency,
    defense_dots.advantage,
    attack_kinds.kinds,
    attack_kinds.illusion,
    attack_heat_maps.attacks,
    attack_heat_maps.slices,
    roc_curves.roc,
    roc_curves.roc_low,
    roc_curves.roc_slices,
    entropy_histograms.entropy,
    divergence.divergence,
    shadow_counts.shadows,
    by_epoch.by_epoch,
    tf_privacy.engines,
)


_DOCTOR = (
    comparisons.comparisons,
    recipes.recipes,
    entropy_gained.entropy_gained,
)


def draw_all(rows: Rows) -> list[Drawing]:
    """Draws every figure; call it, and save what it returns, inside `style.style()`.

    Where the study's question was asked, its figures come first, and what was not
    measured beside it is left out.
    """
    drawings = [draw(rows) for draw in _FIGURES]
    if rows.results.get("doctor"):
        drawings = [drawing for drawing in drawings if drawing.figure is not None]
        drawings = [*(draw(rows) for draw in _DOCTOR), *drawings]
    for drawing in drawings:
        arrange(drawing)
    return drawings
