"""Shared by all figures: size, colours with a meaning, and text that is safe."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.report.format import one_line
from eval_suite.results.contents import Defense

PNG_DPI = 150
_NUMBER = 5  # characters of a name that is no more than a number
WIDTH = 5.2  # inches: one column in print, and still readable on a phone
TITLE = 18  # points at the top that only the PNG shows
_LEGEND = 17  # points below it
_MANY = 6  # entries of a legend, which then stand closer

# Roles. The page replaces each by a CSS variable, so that an inlined figure follows
# the light or dark theme; the PNG keeps these values.
INK = "#1a1c20"
MUTED = "#5b616b"
GRID = "#dadde2"
PAPER = "#ffffff"
BLUE, GREEN, ORANGE, PINK = "#134a8e", "#007056", "#c85a00", "#c77bb0"
MEMBER, NONMEMBER = ORANGE, BLUE
OTHER_ENGINE, OWN_ENGINE = ORANGE, BLUE

# One colour and one marker a family. The lightness of all differs, so that they stay
# apart in grey and with every colour vision; style_test.py measures it.
FAMILIES = {
    "none": (INK, "D"),
    "output-transform": (BLUE, "o"),
    "training-loss": (GREEN, "^"),
    "head": (ORANGE, "s"),
}
_OTHER_FAMILY = (PINK, "P")

# The same for the kinds of attack, in the order of what the attacker needs.
GROUPS = {
    "label": (MUTED, "v"),
    "threshold": (BLUE, "o"),
    "trained": (GREEN, "^"),
    "shadow": (ORANGE, "s"),
    "adaptive": (PINK, "P"),
    "neighbors": (INK, "D"),
}

# CSS variables of the page.
ROLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    PAPER: "paper",
    BLUE: "blue",
    GREEN: "green",
    ORANGE: "orange",
    PINK: "pink",
}

# Not all versions of Matplotlib have a name for the type of the keys.
_RC: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "keras-entropy",
    # A name with a dollar sign is a name, not a formula.
    "text.parse_math": False,
    "text.usetex": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 8,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 8,
}


@dataclass(frozen=True)
class Drawing:
    """A figure with the words that go with it.

    Attributes:
        name: Stem of its file, and its anchor in the page.
        title: Heading, a few words.
        finding: The outcome in a sentence, computed from the data.
        alt: Description for those who don't see it, computed from the data.
        reading: How to read it.
        figure: The picture, or None if there is nothing to draw.
        missing: Why there is nothing to draw.
        hovers: Places in it that say more in the page.
    """

    name: str
    title: str
    finding: str = ""
    alt: str = ""
    reading: str = ""
    figure: Figure | None = None
    missing: str = ""
    hovers: tuple[Hover, ...] = ()


def style() -> AbstractContextManager[None]:
    """Returns the context in which all figures are made and saved."""
    return mpl.rc_context(_RC)


def canvas(height: float, width: float = WIDTH, legends: int = 1) -> Figure:
    """Returns an empty figure; no pyplot state is touched.

    Args:
        height: Inches below title and legend, for which room is added.
        width: Inches.
        legends: Lines of legend.
    """
    total = height + (TITLE + legends * _LEGEND) / 72
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, height / total))
    return Figure(figsize=(width, total), layout=layout)


def family_style(family: str) -> tuple[str, str]:
    """Returns colour and marker of a family; unknown families share one."""
    return FAMILIES.get(family, _OTHER_FAMILY)


def safe_text(text: str, width: int = 34) -> str:
    """Returns a name on one line, of bounded width, in glyphs that the font has."""
    glyphs = _glyphs()
    text = one_line(text, width)
    return "".join(c if ord(c) in glyphs else "\N{WHITE SQUARE}" for c in text)


@cache
def text_width(text: str, size: float = 8) -> float:
    """Returns how wide a line of text is in points, at a size in points."""
    font = _font()
    font.set_size(size, 72)
    font.set_text(text, 0)
    return float(font.get_width_height()[0]) / 64


@cache
def _font() -> Any:
    return font_manager.get_font(font_manager.findfont("DejaVu Sans"))


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(_font().get_charmap())


def label(row: Defense, width: int = 34) -> str:
    """Returns the name of a defense on an axis: "M-6 Linear head", or "label-only".

    A name that is longer than a number says enough, and half a title beside it nothing.
    """
    if row["name"] == row["title"] or len(row["name"]) > _NUMBER:
        return safe_text(row["name"], width)
    return safe_text(f"{row['name']} {row['title']}", width)


def dot(text: str, colour: str, marker: str) -> Line2D:
    """Returns a legend entry with a marker."""
    return Line2D([], [], ls="", marker=marker, color=colour, markersize=5, label=text)


def hollow(text: str, colour: str, marker: str) -> Line2D:
    """Returns a legend entry with the outline of a marker."""
    entry = dot(text, colour, marker)
    entry.set_markerfacecolor(PAPER)
    return entry


def line(text: str, colour: str, dashed: bool = False) -> Line2D:
    """Returns a legend entry with a line."""
    entry = Line2D([], [], color=colour, lw=1.4, label=text)
    if dashed:
        entry.set_linestyle((0, (4, 1.5)))
    return entry


def families(rows: list[Defense]) -> list[Line2D]:
    """Returns a legend entry for each family among the rows."""
    found = {}
    for family in dict.fromkeys(row["family"] for row in rows):
        text = "undefended" if family == "none" else family
        found[text if family in FAMILIES else "other"] = family_style(family)
    return [dot(text, *look) for text, look in found.items()]


def legend(figure: Figure, handles: list[Line2D], line: int = 0) -> None:
    """Puts a legend on one line between the title and the axes, left-aligned.

    Args:
        figure: From `canvas`.
        handles: Its entries.
        line: Which of the lines that `canvas` left room for.
    """
    top = 1 - (TITLE + line * _LEGEND) / 72 / figure.get_figheight()
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, top),
        ncols=len(handles),
        borderaxespad=0,
        borderpad=0.3,
        columnspacing=1.2 if len(handles) < _MANY else 0.7,
        handletextpad=0.4,
    )


def percent_axis(axis: Axis) -> None:
    """Labels an axis of shares in percent."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
