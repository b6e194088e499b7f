"""Privacy against utility over the strengths of each defense."""

import re

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.ticker import MaxNLocator
from matplotlib.ticker import NullFormatter

from eval_suite.report.content.rows import Rows
from eval_suite.report.content.strengths import finding
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent

_BASE = "no defense"
_LABEL = "LabelOnly"
_HEADS = "heads"
_TITLES = ("On the finished model", "Trained")
_LINES = 28  # in one row of panels: as many as can be told apart
# Of the axes: what is drawn, its name, and whether it is logarithmic.
_AXES = (
    ("accuracy", "accuracy", False),
    ("nll", "NLL, nats", True),
    ("ece", "calibration error", True),
)
_LEAST = 1e-3  # on a logarithmic axis
_SPAN = 0.02  # of accuracy, at least: less is no difference to anybody
_SHOWN_LOSS = 0.06  # of accuracy, at most: more would squeeze all others
_MARKERS = "o^sPvXd"
_COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PINK)

_Lines = dict[str, list[dict]]


def strengths(rows: Rows) -> Drawing:
    """Draws AUC over accuracy, NLL and calibration error, one line a defense."""
    name, title = "strengths", "Privacy against utility by strength"
    found = [
        row
        for row in rows.results["frontier"]
        if None not in (row["auc"], *(row[key] for key, *_ in _AXES))
    ]
    if not found:
        return Drawing(name, title, missing=rows.reason("strength", "attack"))
    near = _accurate(found)
    families = {row["name"]: row["family"] for row in rows.defenses}
    groups = [lines for lines in _grouped(near, families) if lines]
    heights = [2.4 + 0.17 * ((len(lines) + 2) // 3) for lines in groups]
    figure = style.canvas(sum(heights))
    parts = figure.subfigures(len(groups), 1, height_ratios=heights, squeeze=False)
    floor = [row["auc"] for row in found if _line_of(row["name"]) == _LABEL][:1]
    for part, lines, text in zip(parts[:, 0], groups, _TITLES, strict=False):
        # What is trained anew has a floor of its own.
        _panels(part, lines, floor if text == _TITLES[0] else [])
        if len(groups) > 1:
            part.suptitle(text, x=0.01, ha="left", fontsize=8.5)
    said = finding(found)
    alt = (
        f"Line plots of {count(len(found), 'defense and strength')}, AUC over "
        f"accuracy, NLL and calibration error. {said} "
        + "; ".join(
            f"{row['name']}: AUC {number(row['auc'])}, NLL {number(row['nll'], 2)}"
            for row in sorted(found, key=lambda row: row["dominated"])[:12]
        )
        + "."
    )
    reading = (
        "Low is private; right is accurate in the first picture, left is better in the "
        "others. A line joins the strengths of one defense; what is hollow is "
        "dominated: another is as good on AUC, accuracy and NLL, and better on one of "
        "them. The dashes are the predicted label alone, the floor of every layer that "
        "keeps it; the dots guessing."
    )
    beyond = [row for row in found if row not in near]
    if beyond:
        names = [f"{row['name']} ({percent(row['accuracy'])})" for row in beyond]
        reading += f" Too inaccurate for the picture: {listing(names)}."
    return Drawing(name, title, said, alt, reading, figure, of_defenses=False)


def _accurate(found: list[dict]) -> list[dict]:
    """Returns the rows that don't cost more accuracy than the picture shows."""
    base = next((row for row in found if row["name"] == _BASE), found[0])
    return [r for r in found if r["accuracy"] >= base["accuracy"] - _SHOWN_LOSS]


def _grouped(found: list[dict], families: dict[str, str]) -> tuple[_Lines, _Lines]:
    """Returns the lines of layers and those of trained defenses, in the run's order.

    No defense is in both. Heads have no strength, and are one group of points.
    """
    layers: _Lines = {}
    trained: _Lines = {}
    for row in found:
        line = _line_of(row["name"])
        family = families.get(line)
        if line == _BASE:
            layers[line] = trained[line] = [row]
        elif family is None:
            layers.setdefault(line, []).append(row)
        else:
            trained.setdefault(_HEADS if family == "head" else line, []).append(row)
    return layers, trained if len(trained) > 1 else {}


def _line_of(name: str) -> str:
    """Returns what of `Layer(setting=value)` the strengths of a defense share.

    What is switched on first makes another defense: `Layer, switch`.
    """
    layer, _, settings = name.partition("(")
    return ", ".join([layer, *re.findall(r"(\w+)=True", settings)[:1]])


def _strength(row: dict) -> list[float]:
    return [
        float(v) for v in re.findall(r"=(\d+(?:\.\d+)?(?:e[+-]?\d+)?)", row["name"])
    ]


def _panels(part: Figure, lines: _Lines, floor: list[float]) -> None:
    """Draws one row of panels, and its legend below."""
    shown = dict(list(lines.items())[:_LINES])
    styles = {
        line: (style.INK, "D") if line == _BASE else _style(index)
        for index, line in enumerate(shown)
    }
    if _HEADS in styles:
        styles[_HEADS] = (style.MUTED, ".")
    panels = part.subplots(1, len(_AXES), sharey=True)
    for axes, (key, text, logarithmic) in zip(panels, _AXES, strict=True):
        for line, points in shown.items():
            _draw(axes, key, logarithmic, line, points, *styles[line])
        axes.set_xlabel(text)
        _scale(axes, logarithmic)
        axes.axhline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
        for auc in floor:
            axes.axhline(auc, color=style.INK, lw=0.8, ls=(0, (5, 3)), zorder=1)
    panels[0].set_ylabel("AUC of the strongest attack")
    part.legend(
        handles=[style.dot(style.safe_text(k), *v) for k, v in styles.items()],
        loc="outside lower center",
        ncols=3,
        columnspacing=1.2,
        handletextpad=0.4,
    )


def _style(index: int) -> tuple[str, str]:
    """Returns colour and marker: of `_LINES` no two have both in common."""
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
    key: str,
    logarithmic: bool,
    line: str,
    points: list[dict],
    colour: str,
    marker: str,
) -> None:
    least = _LEAST if logarithmic else 0.0
    points = sorted(points, key=_strength)
    places = [(max(least, row[key]), row["auc"]) for row in points]
    if line != _HEADS:
        axes.add_line(Line2D(*zip(*places, strict=True), color=colour, lw=1, alpha=0.7))
    for row, (x, y) in zip(points, places, strict=True):
        ends = row["auc_low"], row["auc_high"]
        if None not in ends:
            axes.plot([x, x], ends, color=colour, lw=0.8, alpha=0.5)
        axes.plot(
            x,
            y,
            marker,
            mec=colour,
            mfc=style.PAPER if row["dominated"] else colour,
            ms=4.5,
            zorder=3,
        )
