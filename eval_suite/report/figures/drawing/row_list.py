"""Rows from top to bottom in groups: the vertical axis of most figures.

Marks of many rows are drawn at once, which takes a tenth of the time of one at a time.
"""

from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval_suite.report.content.rows import Rows
from eval_suite.report.content.undefended import without_defense
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.results.contents import Defense

NOT_MEASURED = "–"
_FEW = 30
_HEIGHTS = (0.2, 0.15)  # inches of a line, where there are few of them or many
_TALLEST = 20.0  # inches of all lines: beyond, they stand closer and have no names
_LOWEST_NAMED = 0.12
_LABEL = 25  # characters
_BETWEEN = 14  # points between axes side by side

Look = tuple[str, str]  # colour and marker


class RowList:
    """All rows of a run, each with its place on the vertical axis.

    Args:
        rows: The run.

    Attributes:
        places: The place of each row by its name; the titles of groups have others.
        rows: The rows from top to bottom.
        lines: How many lines there are with the titles.
        height: Of all lines, in inches.
        named: Whether there is room for a name on each line.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows.drawn
        self.places: dict[str, int] = {}
        self._base = rows.base
        self._titles: dict[int, str] = {}
        line = 0
        for group in rows.groups:
            if len(rows.groups) > 1:
                self._titles[line] = style.safe_text(group.title, _LABEL)
                line += 1
            for row in group.rows:
                self.places[row["name"]] = line
                line += 1
        self.lines = line
        each = _HEIGHTS[line > _FEW]
        self.height = min(each * line, _TALLEST)
        self.named = self.height / line >= _LOWEST_NAMED

    def panels(
        self,
        number: int = 1,
        *,
        legends: int = 1,
        top: float = 4.0,
        right: float = 42.0,
        below: float = 34.0,
    ) -> tuple[Figure, list[Axes]]:
        """Returns a figure with this list at the left, and axes side by side.

        Args:
            number: Of axes.
            legends: Lines of legend.
            top: Points above the axes.
            right: Points at their right, for values.
            below: Points below them, for their numbers and name.
        """
        labels = self._labels()
        left = 8 + max(map(style.text_width, labels.values()), default=0.0)
        width, height = 72 * style.WIDTH, 72 * self.height
        figure = style.canvas((top + height + below) / 72, legends=legends)
        figure.set_layout_engine("none")
        total = 72 * figure.get_figheight()
        each = (width - left - right - _BETWEEN * (number - 1)) / number
        found = []
        for place in range(number):
            start = left + place * (each + _BETWEEN)
            box = (start / width, below / total, each / width, height / total)
            found.append(figure.add_axes(box))
            self._axis(found[-1], labels if place == 0 else {})
        return figure, found

    def _labels(self) -> dict[int, str]:
        """Returns what stands at the left of each line."""
        if not self.named:
            return self._titles
        labels = {place: style.label(row, _LABEL) for row, place in self._each()}
        return {**labels, **self._titles}

    def _axis(self, axes: Axes, labels: dict[int, str]) -> None:
        """Makes the vertical axis the list, with a faint line for each row."""
        axes.set_ylim(self.lines - 0.4, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.06)
        self._guides(axes)
        undefended = self._undefended()
        for place, text in labels.items():
            title = place in self._titles
            axes.text(
                0,
                place,
                f"{text}\u2002",
                transform=axes.get_yaxis_transform(),
                ha="right",
                va="center_baseline",
                fontsize=8,
                color=style.MUTED if title else style.INK,
                fontweight="bold" if title or place in undefended else "normal",
            )

    def _guides(self, axes: Axes) -> None:
        """Leads the eye from a label to its marks."""
        if self.named:
            ends = np.array([0.0, 1.0, np.nan])
            places = np.repeat(list(self.places.values()), 3)
            axes.plot(
                np.tile(ends, len(self.places)),
                places,
                color=style.GRID,
                lw=0.5,
                zorder=0,
                transform=axes.get_yaxis_transform(),
            )

    def marks(
        self,
        axes: Axes,
        found: Iterable[tuple[Defense, float | None]],
        look: Look | None = None,
        *,
        marker: str | None = None,
        filled: bool = True,
        size: float = 5.0,
        order: float = 3,
    ) -> None:
        """Draws a mark at each value.

        Args:
            axes: Where.
            found: Rows with their values; None draws nothing.
            look: Colour and marker, by default those of the row's family.
            marker: A marker in the family's colour instead.
            filled: Whether the mark is filled with its colour.
            size: In points.
            order: What is higher lies above.
        """
        looks: dict[Look, tuple[list[float], list[int]]] = {}
        for row, value in found:
            if value is not None:
                own = look or style.family_style(row["family"])
                own = (own[0], marker or own[1])
                values, places = looks.setdefault(own, ([], []))
                values.append(value)
                places.append(self.places[row["name"]])
        for (colour, shape), (values, places) in looks.items():
            axes.plot(
                values,
                places,
                shape,
                color=colour,
                mfc=colour if filled else style.PAPER,
                markersize=size,
                zorder=order,
            )

    def bars(
        self,
        axes: Axes,
        found: Iterable[tuple[Defense, float | None, float | None]],
        colour: str | None = None,
        *,
        width: float = 1.4,
        order: float = 2,
        alpha: float = 1.0,
    ) -> None:
        """Draws a line from the first value to the second, if both are known.

        Args:
            axes: Where.
            found: Rows with both ends.
            colour: By default that of the row's family.
            width: Of the line, in points.
            order: What is higher lies above.
            alpha: 1 is opaque.
        """
        colours: dict[str, list[tuple[float, float, int]]] = {}
        for row, low, high in found:
            if low is not None and high is not None:
                own = colour or style.family_style(row["family"])[0]
                place = self.places[row["name"]]
                colours.setdefault(own, []).append((low, high, place))
        for own, ends in colours.items():
            values = np.array([(low, high, np.nan) for low, high, _ in ends]).ravel()
            places = np.repeat([place for *_, place in ends], 3)
            axes.plot(values, places, color=own, lw=width, zorder=order, alpha=alpha)

    def values(self, axes: Axes, texts: dict[str, str]) -> None:
        """Writes a text at the right end of each row, a dash where there is none."""
        if not self.named:
            return
        for row, place in self._each():
            text = texts.get(row["name"])
            axes.text(
                1,
                place,
                f"\u2002{NOT_MEASURED if text is None else text}",
                transform=axes.get_yaxis_transform(),
                va="center_baseline",
                fontsize=8,
                color=style.MUTED if text is None else style.INK,
                fontweight="bold" if row is self._base else "normal",
            )

    def hovers(self, axes: Axes, texts: dict[str, str]) -> tuple[Hover, ...]:
        """Returns a place for each row, as wide as the figure.

        Args:
            axes: One of those that have this vertical axis.
            texts: What was found by the name of the row; others were not measured.
        """
        return tuple(
            Hover(
                (row["name"],),
                f"{_called(row)}: {texts.get(row['name'], 'not measured')}",
                axes,
                (0, place - 0.5, 0, place + 0.5),
                wide=True,
            )
            for row, place in self._each()
        )

    def _each(self) -> Sequence[tuple[Defense, int]]:
        return [(row, self.places[row["name"]]) for row in self.rows]

    def _undefended(self) -> set[int]:
        return {place for row, place in self._each() if without_defense(row)}


def _called(row: Defense) -> str:
    if row["name"] == row["title"]:
        return row["name"]
    return f"{row['name']}, {row['title']}"
