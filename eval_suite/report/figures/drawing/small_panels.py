"""Small panels, one a row: hundreds of them are drawn in one coordinate system.

Axes of their own would take a hundredth of a second each, and a minute to lay out.
"""

import math
import re
from collections.abc import Iterable
from typing import Any
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from eval_suite.report.content.order import Group
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.results.contents import Defense
from keras_entropy.arrays import Floats

Curve = tuple[str, Floats, Floats]  # name of the row, and places in the unit square

_FEW = 12
_COLUMNS = (4, 7)  # where there are few panels or many
_TALLEST = 24 * 72  # points: beyond, there are more columns and no names
_LEFT, _RIGHT, _GAP, _BOTTOM = 34, 4, 8, 20
_LINE = 9.5  # points of a line of text
_TITLE = 14
# Where the labels of both ends of an axis stand; others stand in their middle.
_ALONG: dict[float, Literal["left", "right"]] = {0: "left", 1: "right"}
_UPWARDS: dict[float, Literal["bottom", "top"]] = {0: "bottom", 1: "top"}
_MORE = 4  # points by which a name may be wider than its panel and the gap


class SmallPanels:
    """A figure of small panels in groups, each a unit square or a part of one.

    Args:
        groups: The rows, from top to bottom and from left to right.
        shape: Height of a panel divided by its width.
        columns: Panels in a line, by default more where there are many.
        labels: What is written above a panel instead of the row's name.

    Attributes:
        figure: The figure.
        axes: Its only axes, in points.
        width: Of a panel, in points.
        height: Of it.
    """

    def __init__(
        self,
        groups: list[Group],
        shape: float = 1.0,
        columns: int | None = None,
        labels: dict[str, str] | None = None,
    ) -> None:
        number = sum(len(group.rows) for group in groups)
        self._columns = columns or _COLUMNS[number > _FEW]
        self._labels = labels or {}
        self._shape, self._groups = shape, groups
        while self._total() > _TALLEST:
            self._columns += 1
        self._named = self._columns <= max(_COLUMNS)
        total = self._total()
        self.figure: Figure = style.canvas(total / 72)
        self.figure.set_layout_engine("none")
        height = total / 72 / self.figure.get_figheight()
        self.axes: Axes = self.figure.add_axes((0, 0, 1, height))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, 72 * style.WIDTH)
        self.axes.set_ylim(0, total)
        self._origins = self._arrange(total)
        self._frames()

    @property
    def width(self) -> float:
        room = 72 * style.WIDTH - _LEFT - _RIGHT - _GAP * (self._columns - 1)
        return room / self._columns

    @property
    def height(self) -> float:
        return self._shape * self.width

    def lines(
        self,
        curves: Iterable[Curve],
        colour: str,
        *,
        width: float = 1.1,
        dashed: bool = False,
        dotted: bool = False,
        order: float = 3,
    ) -> None:
        """Draws one curve in each of its panels, all of one look.

        Args:
            curves: Names of rows with places from 0 to 1.
            colour: Of all.
            width: In points.
            dashed: Whether they are broken.
            dotted: Whether they are dots.
            order: What is higher lies above.
        """
        found = [self._place(curve) for curve in curves]
        if not found:
            return
        gap = np.full((2, 1), np.nan)
        x, y = np.concatenate([part for c in found for part in (c, gap)], axis=1)
        (line,) = self.axes.plot(x, y, color=colour, lw=width, zorder=order)
        if dashed:
            line.set_linestyle((0, (3, 1.2)))
        if dotted:
            line.set_linestyle((0, (1, 1.65)))

    def fills(self, shapes: Iterable[Curve], colour: str, alpha: float) -> None:
        """Fills a shape in each of its panels."""
        found = [Path(self._place(shape).T, closed=False) for shape in shapes]
        if found:
            path = Path.make_compound_path(*found)
            patch = PathPatch(path, facecolor=colour, alpha=alpha, lw=0, zorder=2)
            self.axes.add_artist(patch)  # `add_patch` would look for the limits

    def notes(self, texts: dict[str, str]) -> None:
        """Writes a text at the lower right of panels."""
        if not self._named:
            return
        for name, text in texts.items():
            left, bottom = self._origins[name]
            self.axes.text(
                left + self.width - 1, bottom + 2.5, text, ha="right", fontsize=8
            )

    def ticks(self, x: dict[float, str], y: dict[float, str]) -> None:
        """Labels both axes of the panels at the outer edges.

        Args:
            x: Text by the place, from 0 to 1.
            y: The same for the vertical axis.
        """
        lowest: dict[float, float] = {}
        for left, bottom in self._origins.values():
            lowest[left] = min(bottom, lowest.get(left, bottom))
        look: dict[str, Any] = {"fontsize": 8, "color": style.MUTED}
        for left, bottom in lowest.items():
            for place, text in x.items():
                at = left + place * self.width
                side = _ALONG.get(place, "center")
                self.axes.text(at, bottom - 2, text, ha=side, va="top", **look)
        for left, bottom in self._origins.values():
            if left == _LEFT:
                for place, text in y.items():
                    at = bottom + place * self.height
                    side = _UPWARDS.get(place, "center")
                    self.axes.text(left - 2, at, text, ha="right", va=side, **look)

    def names(self, x: str, y: str = "") -> None:
        """Names both axes, which all panels share."""
        width, (_, height) = 72 * style.WIDTH, self.axes.get_ylim()
        self.axes.text(width / 2, 3, x, ha="center", fontsize=8.5)
        if y:
            self.axes.text(
                3, height / 2, y, rotation=90, va="center", ha="left", fontsize=8.5
            )

    def hovers(self, texts: dict[str, str]) -> tuple[Hover, ...]:
        """Returns a place for each panel."""
        found = []
        for row in (row for group in self._groups for row in group.rows):
            left, bottom = self._origins[row["name"]]
            box = (left, bottom, left + self.width, bottom + self.height)
            title = "" if row["title"] == row["name"] else f", {row['title']}"
            text = texts.get(row["name"], "not measured")
            text = f"{row['name']}{title}: {text}"
            found.append(Hover((row["name"],), text, self.axes, box, reach=2))
        return tuple(found)

    def _total(self) -> float:
        """Returns the height of the figure below its legends, in points."""
        lines = sum(math.ceil(len(g.rows) / self._columns) for g in self._groups)
        named = self._columns <= max(_COLUMNS)
        titles = _TITLE * len(self._groups) if len(self._groups) > 1 else 0
        names = sum(map(self._names_height, self._lines())) if named else 0
        return lines * (self.height + _GAP) + names + titles + _BOTTOM

    def _lines(self) -> list[list[Defense]]:
        return [
            group.rows[start : start + self._columns]
            for group in self._groups
            for start in range(0, len(group.rows), self._columns)
        ]

    def _names_height(self, line: list[Defense]) -> float:
        return _LINE * max(len(self._wrapped(row)) for row in line)

    def _wrapped(self, row: Defense) -> list[str]:
        """Returns the name of a row on one line or two, each as wide as a panel."""
        label = self._labels.get(row["name"], row["name"])
        room = self.width + _GAP + _MORE
        lines = [""]
        for part in re.findall(r"[^-_ ]*[-_ ]?", style.safe_text(label, 60)):
            if lines[-1] and style.text_width(lines[-1] + part) > room:
                lines.append("")
            lines[-1] += part
        if len(lines) > 2:
            lines = [lines[0], "".join(lines[1:])]
        return [_cut(line.strip(), room) for line in lines]

    def _arrange(self, total: float) -> dict[str, tuple[float, float]]:
        """Writes titles and names, and returns the lower left corner of each panel."""
        origins: dict[str, tuple[float, float]] = {}
        top = total
        for group in self._groups:
            if len(self._groups) > 1:
                self.axes.text(
                    _LEFT,
                    top - 3,
                    style.safe_text(group.title),
                    va="top",
                    fontsize=8,
                    fontweight="bold",
                    color=style.MUTED,
                )
                top -= _TITLE
            for start in range(0, len(group.rows), self._columns):
                line = group.rows[start : start + self._columns]
                names = self._names_height(line) if self._named else 0
                for column, row in enumerate(line):
                    left = _LEFT + column * (self.width + _GAP)
                    origins[row["name"]] = left, top - names - self.height
                    if self._named:
                        self.axes.text(
                            left,
                            top - names + 2,
                            "\n".join(self._wrapped(row)),
                            fontsize=8,
                            linespacing=1.0,
                        )
                top -= names + self.height + _GAP
        return origins

    def _frames(self) -> None:
        corner = np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])
        curves = [(name, *corner) for name in self._origins]
        self.lines(curves, style.MUTED, width=0.6, order=1)

    def _place(self, curve: Curve) -> Floats:
        name, x, y = curve
        left, bottom = self._origins[name]
        return np.stack([left + x * self.width, bottom + y * self.height])


def _cut(text: str, room: float) -> str:
    """Returns as much of a text as there is room for, in points."""
    letters = len(text)
    while letters > 4 and style.text_width(style.safe_text(text, letters)) > room:
        letters -= 1
    return style.safe_text(text, letters)
