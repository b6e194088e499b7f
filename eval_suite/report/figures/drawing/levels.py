"""The levels that an AUC is read against: guessing, the undefended model, the floor."""

from typing import TypedDict

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from eval_suite.report.content import attackers
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style


class Look(TypedDict):
    """How a line looks: its colour, width in points, and dashes."""

    color: str
    lw: float
    ls: tuple[float, tuple[float, ...]]


_GUESSING: Look = {"color": style.MUTED, "lw": 1.0, "ls": (0, (1, 1.65))}
_UNDEFENDED: Look = {"color": style.INK, "lw": 0.8, "ls": (0, (5, 3))}
FLOOR: Look = {"color": style.GREEN, "lw": 1.2, "ls": (0, (6, 1.5, 1, 1.5))}


def draw_levels(rows: Rows, axes: Axes, *, upright: bool) -> list[Line2D]:
    """Draws a line at each level that is known.

    Args:
        rows: The run.
        axes: Where.
        upright: Whether AUC is the horizontal axis.

    Returns:
        Legend entries but for guessing, which the axis names.
    """
    draw = axes.axvline if upright else axes.axhline
    draw(0.5, **_GUESSING, zorder=1)
    handles = []
    for text, auc, look in (
        ("undefended", attackers.deciding(rows.base).value, _UNDEFENDED),
        ("label floor", rows.floor and rows.floor["auc"], FLOOR),
    ):
        if auc is not None:
            draw(auc, **look, zorder=1)
            handles.append(Line2D([], [], label=text, **look))
    return handles
