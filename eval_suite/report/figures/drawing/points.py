"""Points of a scatter plot, and names beside those that stand out."""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.results.contents import Defense

Point = tuple[Defense, float, float]  # a row and its place
_Box = tuple[float, float, float, float]  # left, bottom, right, top

_NEAR = 10  # points: a name that is farther away is joined to its point
_LEADER = {"arrowstyle": "-", "lw": 0.6, "color": style.MUTED, "shrinkB": 2}
_REACH = 6  # points around a mark that belong to it
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
    (0, 32, "left"),
    (0, -32, "left"),
]


def draw_points(
    axes: Axes,
    points: Sequence[Point],
    texts: dict[str, str],
    *,
    size: float = 5.5,
) -> list[Hover]:
    """Draws a mark for each point in the look of its family.

    Args:
        axes: Where.
        points: Rows and their places.
        texts: What is said of each row, by its name.
        size: Of the marks, in points.

    Returns:
        A place for each point.
    """
    looks: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row, x, y in points:
        looks.setdefault(style.family_style(row["family"]), []).append((x, y))
    for (colour, marker), places in looks.items():
        axes.plot(
            *zip(*places, strict=True),
            marker,
            color=colour,
            ms=size,
            mec=style.PAPER,
            mew=0.6,
            zorder=4 if colour == style.INK else 3,
        )
    return [
        Hover(
            (row["name"],),
            f"{row['name']}: {texts[row['name']]}",
            axes,
            (x, y, x, y),
            reach=_REACH,
        )
        for row, x, y in points
    ]


def name_points(axes: Axes, points: Sequence[Point], wanted: Iterable[str]) -> None:
    """Names points where there is room: beside no other name and on no point.

    Args:
        axes: With all points drawn, and its limits settled.
        points: All of them.
        wanted: Names, the most wanted first.
    """
    by_name = {row["name"]: place for place, (row, _, _) in enumerate(points)}
    places = _in_points_of_type(axes, [(x, y) for _, x, y in points])
    width, height = _size(axes)
    boxes: list[_Box] = [(x - 4, y - 4, x + 4, y + 4) for x, y in places]
    for name in dict.fromkeys(wanted):
        text = style.safe_text(name, 16)
        x, y = places[by_name[name]]
        long = 6.0 * len(text)
        for dx, dy, side in _PLACES:
            left = x + dx - (long if side == "right" else 0)
            box = (left, y + dy - 6, left + long, y + dy + 6)
            inside = box[0] > 0 and box[2] < width and box[1] > 0 and box[3] < height
            if inside and not any(_overlap(box, other) for other in boxes):
                break
        else:
            continue  # no room: the table names it
        boxes.append(box)
        axes.annotate(
            text,
            points[by_name[name]][1:],
            xytext=(dx, dy),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8,
            fontweight="bold",
            arrowprops=_LEADER if abs(dy) > _NEAR else None,
            zorder=5,
        )


def _size(axes: Axes) -> tuple[float, float]:
    """Returns roughly the width and height of axes, in points of type.

    They are laid out later; axis names and legends take what is subtracted here.
    """
    figure = axes.get_figure()
    if not isinstance(figure, Figure):
        raise ValueError("The axes belong to no figure.")
    width, height = 72 * figure.get_size_inches()
    specification = axes.get_subplotspec()
    share = 1.0
    if specification is not None:
        # Any: its declared type is that of whatever was given.
        ratios: Any = specification.get_gridspec().get_width_ratios()
        share = ratios[specification.colspan.start] / sum(ratios)
    return (width - 45) * share - 8, height - 85


def _in_points_of_type(
    axes: Axes, places: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    width, height = _size(axes)
    shares = axes.transScale.transform(np.array(places))
    (left, bottom), (right, top) = axes.transScale.transform(
        [(x, y) for x, y in zip(axes.get_xlim(), axes.get_ylim(), strict=True)]
    )
    x = (shares[:, 0] - left) / (right - left) * width
    y = (shares[:, 1] - bottom) / (top - bottom) * height
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
