"""Privacy against utility: which defenses no other one beats on both."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import ACCURACY_BUDGET
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.undefended import without_defense
from eval_suite.report.figures import style
from eval_suite.report.figures.levels import draw_levels
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense

_Box = tuple[float, float, float, float]  # left, bottom, right, top

_SHOWN_LOSS = 0.3  # of accuracy, at most
# Where a name may stand relative to its point, in points of type, the best first.
_PLACES: list[tuple[int, int, Literal["left", "right"]]] = [
    (7, 9, "left"),
    (7, -9, "left"),
    (-7, 9, "right"),
    (-7, -9, "right"),
    (9, 20, "left"),
    (9, -20, "left"),
    (-9, 20, "right"),
    (-9, -20, "right"),
]


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
    figure = style.canvas(3.5, legends=2)
    axes = figure.subplots()
    if base:
        budget = base.accuracy - ACCURACY_BUDGET
        axes.axvline(budget, color=style.MUTED, lw=0.8, ls=(0, (2, 3)))
    levels = draw_levels(rows, axes, upright=False)
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
    for point in reversed(drawn):
        _draw(axes, point, strong=point in best or point in first)
    _annotate(axes, drawn, [*first, *best])
    axes.set_xlabel("accuracy on non-members")
    axes.set_ylabel("AUC of the strongest attack (0.5: guessing)")
    style.percent_axis(axes.xaxis)
    axes.margins(x=0.08, y=0.12)
    style.legend(figure, style.families([point.row for point in drawn]))
    style.legend(figure, levels, line=1)
    winners = [point for point in steps if point not in first]
    names = [point.row["name"] for point in winners]
    finding = (
        f"On the frontier: {listing(names)}."
        if names
        else "No defense beats the undefended models on either axis."
    )
    alt = (
        f"Scatter plot of {count(len(drawn), 'model')}, accuracy against AUC. "
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
    if beyond:
        names = [f"{p.row['name']} ({percent(p.accuracy)})" for p in beyond]
        reading += f" Too inaccurate for the picture: {listing(names)}."
    return Drawing(name, title, finding, alt, reading, figure)


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


def _draw(axes: Axes, point: PlottedDefense, strong: bool) -> None:
    row, x, y = point.row, point.accuracy, point.auc
    colour, marker = style.family_style(row["family"])
    alpha = 0.9 if strong else 0.35
    low, high = row["accuracy_low"], row["accuracy_high"]
    if low is not None and high is not None:
        axes.plot([low, high], [y, y], color=colour, lw=1, alpha=alpha)
    found = attackers.deciding(row)
    low, high = found.low, found.high
    if low is not None and high is not None:
        axes.plot([x, x], [low, high], color=colour, lw=1, alpha=alpha)
    axes.plot(
        x,
        y,
        marker,
        color=colour,
        markersize=7 if strong else 5,
        markeredgecolor=style.PAPER,
        markeredgewidth=0.6,
        zorder=3,
    )


def _annotate(
    axes: Axes, drawn: list[PlottedDefense], wanted: list[PlottedDefense]
) -> None:
    """Names points where there is room: beside no other name and on no point."""
    places = np.array([(point.accuracy, point.auc) for point in drawn])
    span = np.maximum(np.ptp(places, axis=0), 1e-9)
    # Roughly the place on paper, in points of type: the axes are 4.5 by 2.9 inches.
    places = (places - places.min(axis=0)) / span * (0.84 * 324, 0.76 * 209)
    boxes: list[_Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in places]
    for point in {point.row["name"]: point for point in wanted}.values():
        text = style.safe_text(point.row["name"], 16)
        x, y = places[drawn.index(point)]
        width = 6.2 * len(text)
        for dx, dy, side in _PLACES:
            left = x + dx - (width if side == "right" else 0)
            box = (left, y + dy - 6, left + width, y + dy + 6)
            if not any(_overlap(box, other) for other in boxes):
                break
        else:
            continue  # no room: the table names it
        boxes.append(box)
        axes.annotate(
            text,
            (point.accuracy, point.auc),
            xytext=(dx, dy),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8,
            fontweight="bold",
        )


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
