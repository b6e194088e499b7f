"""Bounds on the AUC of any attack, above what attacks have found."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from eval_suite.report.figures.drawing import style


def draw_bounds(
    axes: Axes, bounds: Sequence[tuple[float, float, float]], *, highest: float
) -> list[Line2D]:
    """Draws a bar at each bound, joined to its point.

    Args:
        axes: Where; AUC is the vertical axis.
        bounds: For each point its horizontal place, its AUC, and the bound on it.
        highest: Bounds above this are left out, as they would squeeze all else.

    Returns:
        A legend entry, or none where nothing is drawn.
    """
    drawn = [place for place in bounds if place[2] <= highest]
    if not drawn:
        return []
    ends = [
        end
        for x, auc, bound in drawn
        for end in ((x, auc), (x, bound), (math.nan, math.nan))
    ]
    axes.plot(*zip(*ends, strict=True), color=style.INK, lw=0.8, ls=":", zorder=2)
    bars = [(x, bound) for x, _, bound in drawn]
    (drawn_bars,) = axes.plot(
        *zip(*bars, strict=True), "_", color=style.INK, ms=9, mew=1.4, zorder=3
    )
    entry = Line2D([], [])
    entry.update_from(drawn_bars)
    entry.set_label("proved bound")
    return [entry]
