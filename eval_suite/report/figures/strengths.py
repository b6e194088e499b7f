"""Privacy against utility over the strengths of each defense."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.ticker import MaxNLocator
from matplotlib.ticker import NullFormatter

from eval_suite.report.content.rows import Rows
from eval_suite.report.content.strengths import undominated
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.bounds import draw_bounds
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.report.figures.drawing.levels import FLOOR
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.rows import FrontierRow

_BASE = "no defense"
_HEADS = "heads"
_TITLES = ("On the finished model", "Trained")
# Of the axes: what is drawn, its name, and whether it is logarithmic.
_Quantity = Literal["accuracy", "nll", "ece"]
_AXES: tuple[tuple[_Quantity, str, bool], ...] = (
    ("accuracy", "accuracy", False),
    ("nll", "NLL, nats", True),
    ("ece", "calibration error", True),
)
_LEAST = 1e-3  # on a logarithmic axis
_SPAN = 0.02  # of accuracy, at least: less is no difference to anybody
_SHOWN_LOSS = 0.06  # of accuracy, at most: more would squeeze all others
_ROOM = 0.06  # of AUC, above the highest point, for bounds
_NAME = 21  # characters in the legend
_MARKERS = "o^sPvXd"
_COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PINK)


@dataclass(frozen=True)
class _Point:
    """A defense at one strength of which all axes were measured."""

    row: FrontierRow
    auc: float
    values: dict[_Quantity, float]

    @property
    def name(self) -> str:
        return self.row["name"]


_Lines = dict[str, list[_Point]]


def strengths(rows: Rows) -> Drawing:
    """Draws AUC over accuracy, NLL and calibration error, one line a defense."""
    name, title = "strengths", "Privacy against utility by strength"
    found = [point for row in rows.results["frontier"] if (point := _measured(row))]
    if not found:
        return Drawing(name, title, missing=rows.reason("strength", "attack"))
    edge = _edge(found)
    families = {row["name"]: row["family"] for row in rows.defenses}
    groups = [lines for lines in _grouped(found, families) if lines]
    heights = [2.4 + 0.17 * ((len(lines) + 2) // 3) for lines in groups]
    figure = style.canvas(sum(heights), legends=0)
    parts = figure.subfigures(len(groups), 1, height_ratios=heights, squeeze=False)
    floor = [] if rows.floor is None else [rows.floor["auc"]]
    hovers: list[Hover] = []
    for part, lines, text in zip(parts[:, 0], groups, _TITLES, strict=False):
        # What is trained anew has a floor of its own.
        hovers += _panels(part, lines, edge, floor if text == _TITLES[0] else [])
        if len(groups) > 1:
            part.suptitle(text, x=0.01, ha="left", fontsize=8.5)
    finding = undominated([point.row for point in found])
    alt = (
        f"Line plots of {count(len(found), 'defense and strength')}, AUC over "
        f"accuracy, NLL and calibration error. {finding} "
        + "; ".join(
            f"{point.name}: AUC {number(point.auc)}, "
            f"NLL {number(point.values['nll'], 2)}"
            for point in sorted(found, key=lambda point: point.row["dominated"])[:12]
        )
        + "."
    )
    reading = (
        "Low is private; right is accurate in the first picture, left is better in the "
        "others. A line joins the strengths of one defense; what is hollow is "
        "dominated: another is as good on AUC, accuracy and NLL, and better on one of "
        "them. Each AUC is the larger of an attacker's who asks once and one's who "
        "asks often. The dots are guessing."
    )
    if floor:
        reading += (
            " The broken line is the label floor, what labels alone tell of the "
            "undefended model: no layer that keeps them can hide it."
        )
    if any(point.row.get("auc_bound") for point in found):
        reading += (
            " A bar above a point is the bound that is proved of it, no attack's AUC "
            "is larger; bounds far above all points are not drawn."
        )
    beyond = [point for point in found if point.values["accuracy"] < edge]
    if beyond:
        names = [f"{p.name} ({percent(p.values['accuracy'])})" for p in beyond]
        reading += (
            " At the left edge of the first picture, as they would squeeze all others: "
            f"{listing(names)}."
        )
    hovered = tuple(hovers)
    return Drawing(name, title, finding, alt, reading, figure, hovers=hovered)


def _measured(row: FrontierRow) -> _Point | None:
    """Returns the point of a row, or None if an axis was not measured."""
    auc, accuracy, nll, ece = row["auc"], row["accuracy"], row["nll"], row["ece"]
    if auc is None or accuracy is None or nll is None or ece is None:
        return None
    return _Point(row, auc, {"accuracy": accuracy, "nll": nll, "ece": ece})


def _edge(found: list[_Point]) -> float:
    """Returns the lowest accuracy that the picture shows at its place."""
    base = next((point for point in found if point.name == _BASE), found[0])
    lowest = base.values["accuracy"] - _SHOWN_LOSS
    near = [p.values["accuracy"] for p in found if p.values["accuracy"] >= lowest]
    return min(near) - 0.004


def _grouped(found: list[_Point], families: dict[str, str]) -> tuple[_Lines, _Lines]:
    """Returns the lines of layers and those of trained defenses, in the run's order.

    No defense is in both. Heads have no strength, and are one group of points.
    """
    layers: _Lines = {}
    trained: _Lines = {}
    for point in found:
        line = _line_of(point.name)
        family = families.get(line)
        if line == _BASE:
            layers[line] = trained[line] = [point]
        elif family is None:
            layers.setdefault(line, []).append(point)
        else:
            trained.setdefault(_HEADS if family == "head" else line, []).append(point)
    return layers, trained if len(trained) > 1 else {}


def _line_of(name: str) -> str:
    """Returns the part of `Layer(setting=value)` that all strengths of a defense share.

    The first switch that is on makes another defense: `Layer, switch`.
    """
    layer, _, settings = name.partition("(")
    return ", ".join([layer, *re.findall(r"(\w+)=True", settings)[:1]])


def _settings(point: _Point) -> list[float]:
    """Returns the numbers that were set, by which strengths are ordered."""
    return [float(v) for v in re.findall(r"=(\d+(?:\.\d+)?(?:e[+-]?\d+)?)", point.name)]


def _panels(
    part: Figure, lines: _Lines, edge: float, floor: list[float]
) -> list[Hover]:
    """Draws one row of panels, and its legend below; returns a place for each point."""
    styles = {
        line: (style.INK, "D") if line == _BASE else _style(index)
        for index, line in enumerate(lines)
    }
    if _HEADS in styles:
        styles[_HEADS] = (style.MUTED, ".")
    hovers: list[Hover] = []
    panels = part.subplots(1, len(_AXES), sharey=True)
    highest = max(p.auc for points in lines.values() for p in points) + _ROOM
    for axes, (quantity, text, logarithmic) in zip(panels, _AXES, strict=True):
        for line, points in lines.items():
            least = _LEAST if logarithmic else edge
            hovers += _draw(
                axes, quantity, least, line, points, *styles[line], highest=highest
            )
        axes.set_xlabel(text)
        _scale(axes, logarithmic)
        axes.axhline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
        for auc in floor:
            axes.axhline(auc, **FLOOR, zorder=1)
    panels[0].set_ylabel("AUC")
    part.legend(
        handles=[style.dot(style.safe_text(k, _NAME), *v) for k, v in styles.items()],
        loc="outside lower center",
        ncols=3,
        columnspacing=0.6,
        handletextpad=0.2,
    )
    return hovers


def _style(index: int) -> tuple[str, str]:
    """Returns colour and marker: of 28 no two have both in common."""
    return _COLOURS[index % len(_COLOURS)], _MARKERS[index % len(_MARKERS)]


def _scale(axes: Axes, logarithmic: bool) -> None:
    axes.margins(x=0.1, y=0.1)
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        return
    low, high = axes.get_xlim()
    more = max(0.0, _SPAN - (high - low)) / 2
    axes.set_xlim(low - more, high + more)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    style.percent_axis(axes.xaxis)


def _draw(
    axes: Axes,
    quantity: _Quantity,
    least: float,
    line: str,
    points: list[_Point],
    colour: str,
    marker: str,
    *,
    highest: float,
) -> list[Hover]:
    """Draws one line, no point of it left of `least` and no bound above `highest`."""
    points = sorted(points, key=_settings)
    places = [(max(least, point.values[quantity]), point.auc) for point in points]
    if line != _HEADS:
        axes.add_line(Line2D(*zip(*places, strict=True), color=colour, lw=1, alpha=0.7))
    ends = [
        (x, end)
        for point, (x, _) in zip(points, places, strict=True)
        for end in (point.row["auc_low"], point.row["auc_high"], np.nan)
        if point.row["auc_low"] is not None and point.row["auc_high"] is not None
    ]
    if ends:
        axes.plot(*zip(*ends, strict=True), color=colour, lw=0.8, alpha=0.5)
    draw_bounds(
        axes,
        [
            (*place, bound)
            for point, place in zip(points, places, strict=True)
            if (bound := point.row.get("auc_bound")) is not None
        ],
        highest=highest,
    )
    for hollow in (False, True):
        found = [
            place
            for point, place in zip(points, places, strict=True)
            if point.row["dominated"] is hollow
        ]
        if found:
            axes.plot(
                *zip(*found, strict=True),
                marker,
                mec=colour,
                mfc=style.PAPER if hollow else colour,
                ms=4.5,
                zorder=3,
            )
    return [
        Hover((line,), f"{point.name}: AUC {number(point.auc)}", axes, (x, y, x, y), 4)
        for point, (x, y) in zip(points, places, strict=True)
    ]
