"""Privacy against utility: which defenses no other one beats on both."""

import math
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import ACCURACY_BUDGET
from eval_suite.report.content.guarantees import guarantee_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.undefended import without_defense
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.bounds import draw_bounds
from eval_suite.report.figures.drawing.levels import draw_levels
from eval_suite.report.figures.drawing.points import draw_points
from eval_suite.report.figures.drawing.points import name_points
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense

_SHOWN_LOSS = 0.1  # of accuracy, at most; what loses more has a panel of its own
_ROOM = 0.06  # of AUC, above the highest point, for bounds
_GAP = (math.nan, math.nan)  # between the parts of one line
_RATIOS = (1, 2.6)  # of the widths of both panels


@dataclass(frozen=True)
class PlottedDefense:
    """A defense of which both axes were measured."""

    row: Defense
    accuracy: float
    auc: float


def frontier(rows: Rows) -> Drawing:
    """Draws the larger AUC of both attackers over accuracy, and the Pareto frontier."""
    name, title = "frontier", "Privacy against accuracy"
    measured = [
        PlottedDefense(row, row["accuracy"], auc)
        for row in rows.drawn
        if row["accuracy"] is not None
        and (auc := attackers.deciding(row).value) is not None
    ]
    if not measured:
        return Drawing(name, title, missing=rows.reason("accuracy", "auc", "attack"))
    drawn, beyond = _near(rows, measured)
    base = next((point for point in drawn if point.row is rows.base), None)
    best = pareto(drawn)
    figure = style.canvas(3.9, legends=2)
    parts = [part for part in (beyond, drawn) if part]
    ratios = _RATIOS[-len(parts) :]
    panels = figure.subplots(
        1, len(parts), sharey=True, squeeze=False, width_ratios=ratios
    )[0]
    axes = panels[-1]
    if base:
        budget = base.accuracy - ACCURACY_BUDGET
        axes.axvline(budget, color=style.MUTED, lw=0.8, ls=(0, (2, 3)))
    steps = sorted(best, key=lambda point: point.accuracy)
    axes.plot(
        [min(point.accuracy for point in drawn), *[point.accuracy for point in steps]],
        [steps[0].auc, *[point.auc for point in steps]],
        color=style.MUTED,
        lw=1.2,
        drawstyle="steps-pre",
        zorder=1,
    )
    first = [base] if base else []
    first += [p for p in drawn if p is not base and without_defense(p.row)]
    chosen = [p for p in drawn if p.row["name"] == rows.advice.defense]
    # The most wanted first, as not all names may find room.
    strong = [*first[:1], *chosen, *first[1:], *best]
    hovers = []
    proved: list[Line2D] = []
    for panel, points in zip(panels, parts, strict=True):
        levels = draw_levels(rows, panel, upright=False)
        _draw_intervals(panel, points, strong)
        marks = [(p.row, p.accuracy, p.auc) for p in points]
        hovers += draw_points(panel, marks, {p.row["name"]: _words(p) for p in points})
        bounds = draw_bounds(
            panel,
            [
                (p.accuracy, p.auc, found["auc_bound"])
                for p in points
                if (found := p.row.get("guarantee")) is not None
            ],
            highest=max(p.auc for p in measured) + _ROOM,
        )
        proved = [*proved, *bounds]
        panel.margins(x=0.06 if panel is axes else 0.25, y=0.12)
        panel.xaxis.set_major_locator(MaxNLocator(5 if panel is axes else 2))
        style.percent_axis(panel.xaxis)
    for panel, points in zip(panels, parts, strict=True):
        marks = [(p.row, p.accuracy, p.auc) for p in points]
        wanted = strong if panel is axes else points
        name_points(panel, marks, [p.row["name"] for p in wanted])
    figure.supxlabel("accuracy on non-members", fontsize=8.5)
    panels[0].set_ylabel("AUC of the strongest attack (0.5: guessing)")
    style.legend(figure, style.families([point.row for point in measured]))
    style.legend(figure, [*levels, *proved[:1]], line=1)
    winners = [point for point in steps if point not in first]
    names = [point.row["name"] for point in winners]
    finding = (
        f"On the frontier: {listing(names)}."
        if names
        else "No defense beats the undefended models on either axis."
    )
    alt = (
        f"Scatter plot of {count(len(measured), 'model')}, accuracy against AUC. "
        f"{finding} "
        + "; ".join(
            f"{point.row['name']}: accuracy {percent(point.accuracy)}, AUC "
            f"{number(point.auc)}"
            for point in [*first, *winners][:12]
        )
        + "."
    )
    reading = (
        "Right and low is better. The line joins the defenses that no other beats on "
        "both axes; right of the thin dashes accuracy falls by at most "
        f"{100 * ACCURACY_BUDGET:.0f} points. The AUC is the larger of an attacker's "
        "who asks once and one's who asks often."
    )
    if rows.floor is not None:
        reading += (
            " The label floor is what labels alone tell of the undefended model: no "
            "layer that keeps them can hide it."
        )
    reading += _about_bounds(measured)
    if beyond:
        names = [f"{p.row['name']} ({percent(p.accuracy)})" for p in beyond]
        reading += (
            " The panel at the left has a scale of its own, as these would squeeze all "
            f"others: {listing(names)}."
        )
    return Drawing(name, title, finding, alt, reading, figure, hovers=tuple(hovers))


def _words(point: PlottedDefense) -> str:
    return f"accuracy {percent(point.accuracy)}, AUC {number(point.auc)}"


def _about_bounds(points: list[PlottedDefense]) -> str:
    """Returns what a proved bound is and those that are above the picture, if any."""
    found = [p for p in points if p.row.get("guarantee") is not None]
    if not found:
        return ""
    names = [f"{p.row['name']} {guarantee_words(p.row)}" for p in found]
    return (
        " A bar above a point is the bound that is proved of it: no attack has a "
        f"larger AUC ({listing(names)}); those that are far above all points are not "
        "drawn."
    )


def _near(
    rows: Rows, points: list[PlottedDefense]
) -> tuple[list[PlottedDefense], list[PlottedDefense]]:
    """Splits off the points so inaccurate that they would squeeze all others."""
    base = rows.base["accuracy"]
    lowest = 0.0 if base is None else base - _SHOWN_LOSS
    near = [point for point in points if point.accuracy >= lowest]
    return near, [point for point in points if point.accuracy < lowest]


def pareto(points: list[PlottedDefense]) -> list[PlottedDefense]:
    """Returns the points that no other point beats in accuracy and in attack AUC.

    Of points that are equal in both, the first is returned.
    """
    ordered = sorted(points, key=lambda point: (-point.accuracy, point.auc))
    best, lowest = [], float("inf")
    for point in ordered:
        if point.auc < lowest:
            best.append(point)
            lowest = point.auc
    return best


def _draw_intervals(
    axes: Axes, points: list[PlottedDefense], strong: list[PlottedDefense]
) -> None:
    """Draws both intervals of each point, faint where it is one of many."""
    names = {point.row["name"] for point in strong}
    looks: dict[tuple[str, float], list[tuple[float, float]]] = {}
    for point in points:
        row, found = point.row, attackers.deciding(point.row)
        colour, _ = style.family_style(row["family"])
        ends = looks.setdefault((colour, 0.9 if row["name"] in names else 0.3), [])
        low, high = row["accuracy_low"], row["accuracy_high"]
        if low is not None and high is not None:
            ends += [(low, point.auc), (high, point.auc), _GAP]
        if found.low is not None and found.high is not None:
            ends += [(point.accuracy, found.low), (point.accuracy, found.high), _GAP]
    for (colour, alpha), ends in looks.items():
        if ends:
            axes.plot(*zip(*ends, strict=True), color=colour, lw=1, alpha=alpha)
