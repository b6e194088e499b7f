"""What all figures share: size, colours that mean something, and text that is safe."""

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from io import BytesIO

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from eval_suite.report.format import one_line

PNG_DPI = 200
WIDTH = 6.6  # inches: a text column in print, a phone in landscape
ROW_HEIGHT = 0.21

# Roles. The page replaces each by a CSS variable, so that an inlined figure follows
# the light or dark theme; the PNG keeps these values.
INK = "#1a1c20"
MUTED = "#5b616b"
GRID = "#dadde2"
PAPER = "#ffffff"
_BLUE, _GREEN, _ORANGE, _PINK = "#134a8e", "#007056", "#c85a00", "#c77bb0"
MEMBER, NONMEMBER = _ORANGE, _BLUE

# One colour and one marker a family. The lightness of all differs, so that they stay
# apart in grey and with every colour vision; style_test.py measures it.
FAMILIES = {
    "none": (INK, "D"),
    "output-transform": (_BLUE, "o"),
    "training-loss": (_GREEN, "^"),
    "head": (_ORANGE, "s"),
}
_OTHER_FAMILY = (_PINK, "P")

# The same for the kinds of attack, in the order of what the attacker needs.
GROUPS = {
    "label": (MUTED, "v"),
    "threshold": (_BLUE, "o"),
    "trained": (_GREEN, "^"),
    "shadow": (_ORANGE, "s"),
    "adaptive": (_PINK, "P"),
}

_ROLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    PAPER: "paper",
    _BLUE: "blue",
    _GREEN: "green",
    _ORANGE: "orange",
    _PINK: "pink",
}

_RC = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
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


_LEGEND = {
    "ncols": 5,
    "borderaxespad": 0.2,
    "columnspacing": 1.2,
    "handletextpad": 0.4,
}


@dataclass(frozen=True)
class Drawing:
    """A figure with the words that go with it.

    Attributes:
        name: Stem of its file, and its anchor in the page.
        title: Heading, a few words.
        finding: What the figure shows, computed from the data.
        alt: Description for those who don't see it, computed from the data.
        reading: How to read it.
        figure: The picture, or None if there is nothing to draw.
        missing: Why there is nothing to draw.
    """

    name: str
    title: str
    finding: str = ""
    alt: str = ""
    reading: str = ""
    figure: Figure | None = None
    missing: str = ""


def style():
    """Returns the context in which all figures are made and saved."""
    return mpl.rc_context(_RC)


def canvas(height: float, width: float = WIDTH) -> Figure:
    """Returns an empty figure of the report's width; no pyplot state is touched."""
    return Figure(figsize=(width, height), layout="constrained")


def family_style(family: str) -> tuple[str, str]:
    """Returns colour and marker of a family; unknown families share one."""
    return FAMILIES.get(family, _OTHER_FAMILY)


def safe_text(text: str, width: int = 34) -> str:
    """Returns a name on one line, of bounded width, in glyphs that the font has."""
    glyphs = _glyphs()
    text = one_line(text, width)
    return "".join(c if ord(c) in glyphs else "\N{WHITE SQUARE}" for c in text)


@cache
def _glyphs() -> frozenset[int]:
    path = font_manager.findfont("DejaVu Sans")
    return frozenset(font_manager.get_font(path).get_charmap())


def label(row: dict) -> str:
    """Returns what a defense is called on an axis: "M-6  Linear head"."""
    if row["name"] == row["title"]:
        return safe_text(row["name"])
    return safe_text(f"{row['name']}  {row['title']}")


def family_legend(axes: Axes, rows: list[dict]) -> None:
    """Puts the families of `rows` above the axes, left-aligned."""
    axes.legend(
        handles=_family_handles(rows),
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        **_LEGEND,
    )


def figure_legend(figure: Figure, rows: list[dict]) -> None:
    """Puts the families of `rows` above all panels of a figure."""
    figure.legend(handles=_family_handles(rows), loc="outside upper left", **_LEGEND)


def _family_handles(rows: list[dict]) -> list[Line2D]:
    handles = {}
    for row in rows:
        colour, marker = family_style(row["family"])
        text = "undefended" if row["family"] == "none" else row["family"]
        if row["family"] not in FAMILIES:
            text = "other"
        handles[text] = Line2D(
            [], [], ls="", marker=marker, color=colour, markersize=5, label=text
        )
    return list(handles.values())


def percent_axis(axis, digits: int | None = None) -> None:
    """Labels an axis of shares in percent."""

    def text(value, _):
        share = 100 * value
        return f"{share:.{digits}f} %" if digits is not None else f"{share:g} %"

    axis.set_major_formatter(FuncFormatter(text))


def png(drawing: Drawing) -> bytes:
    """Returns the figure as PNG of print quality, its title above it."""
    buffer = BytesIO()
    drawing.figure.suptitle(
        drawing.title, fontsize=10.5, fontweight="bold", x=0.01, ha="left"
    )
    drawing.figure.savefig(buffer, format="png", dpi=PNG_DPI)
    return buffer.getvalue()


def svg(drawing: Drawing) -> str:
    """Returns the figure as an SVG element to inline in the page.

    Colours become CSS variables, the font the page's own, coordinates are rounded to
    a hundredth of a point, and every id starts with the drawing's name so that two
    figures in one page don't clash.
    """
    buffer = BytesIO()
    drawing.figure.savefig(
        buffer, format="svg", transparent=True, metadata={"Date": None}
    )
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    used = set(re.findall(r"#([\w.-]+)", text))
    label = escape(drawing.alt, quote=True)
    text = re.sub(
        r'<svg\b[^>]*viewBox="([^"]*)"[^>]*>',
        lambda m: f'<svg viewBox="{m[1]}" role="img" aria-label="{label}">',
        text,
        count=1,
    )

    def rewrite(match: re.Match) -> str:
        # Only inside tags: what a user named stands between them.
        tag = match[0]
        if tag.startswith("<svg"):
            return tag
        tag = re.sub(
            r' id="([^"]*)"',
            lambda m: f' id="{drawing.name}-{m[1]}"' if m[1] in used else "",
            tag,
        )
        tag = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{drawing.name}-", tag)
        tag = tag.replace("xlink:href", "href").replace(
            " font-family: 'DejaVu Sans';", ""
        )
        tag = re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", tag)
        for colour, role in _ROLES.items():
            tag = tag.replace(colour, f"var(--{role})")
        return " ".join(tag.split())

    text = re.sub(r"<[^!?][^>]*>", rewrite, text)
    return re.sub(r">\s*\n\s*<", ">\n<", text)
