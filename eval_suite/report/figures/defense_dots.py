"""One dot and its interval a defense: attack AUC, advantage, accuracy, latency."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import ACCURACY_BUDGET
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.undefended import defenses
from eval_suite.report.content.undefended import without_defense
from eval_suite.report.figures import style
from eval_suite.report.figures.levels import draw_levels
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.report.format import points
from eval_suite.results.contents import Defense

_KNOWN = "x"  # the mark of an attacker who knows the start of the training


@dataclass(frozen=True)
class Dot:
    """A value of one defense with its interval."""

    row: Defense
    value: float
    low: float | None = None
    high: float | None = None


def strongest_auc(rows: Rows) -> Drawing:
    """Draws what attackers find who ask once and often of each defense."""
    dots = [
        Dot(row, found.value, found.low, found.high)
        for row in rows.drawn
        if (found := attackers.deciding(row)).value is not None
    ]
    name, title = "strongest-auc", "AUC of the strongest attack"
    if not dots:
        return Drawing(name, title, missing=rows.reason("auc", "attack"))
    dots.sort(key=lambda dot: dot.value)
    others = defenses(rows.results)
    weaker = sum(rows.effects[row["name"]] == "weaker" for row in others)
    lowest = next((d for d in dots if not without_defense(d.row)), dots[0])
    finding = (
        f"Lowest: {lowest.row['name']} at {number(lowest.value)}; undefended "
        f"{number(attackers.deciding(rows.base).value)}. On {weaker} of "
        f"{count(len(others), 'defense')} the attack is measurably weaker."
    )
    figure = style.canvas(0.7 + style.ROW_HEIGHT * len(dots), legends=2)
    axes = figure.subplots()
    for place, dot in enumerate(dots):
        _draw_attackers(axes, place, dot)
        style.value_at_right(axes, place, number(dot.value), dot.row is rows.base)
    levels = draw_levels(rows, axes, upright=True)
    style.rows_axis(axes, [dot.row for dot in dots], rows.base)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel("AUC (0.5: guessing; bar: 95 % interval of the larger)")
    style.legend(figure, style.families([dot.row for dot in dots]))
    style.legend(figure, [*_attackers_legend(dots), *levels], line=1)
    reading = (
        "Left is better. Hollow: an attacker who asks one question about each input; "
        "filled: one who asks about its neighbors too, or a random defense the same "
        "again. The larger decides, and stands at the right."
    )
    if rows.floor is not None:
        reading += (
            " The label floor is what labels alone tell of the undefended model: no "
            "layer that keeps them can hide it."
        )
    reading += (
        " Intervals of two defenses may overlap and the paired difference still be "
        "clear: the table has it."
    )
    drawing = _drawing(name, title, finding, reading, dots, figure, number)
    return replace(drawing, alt=drawing.alt + _attackers_alt(dots))


def _attackers_alt(dots: list[Dot]) -> str:
    """Returns what each attacker finds, for those who don't see the marks."""
    found = [
        f"{row['name']} {number(once['auc'])} and {number(often['auc'])}"
        for row in [dot.row for dot in dots[:12]]
        if (once := row["asked_once"]) and (often := row["asked_often"])
    ]
    return f" Asked once and often: {'; '.join(found)}." if found else ""


def _draw_attackers(axes: Axes, place: int, dot: Dot) -> None:
    """Draws an interval for the larger figure, and a mark for each attacker."""
    row = dot.row
    colour, marker = style.family_style(row["family"])
    once, often, known = row["asked_once"], row["asked_often"], row["known_start"]
    aucs = [found["auc"] for found in (once, often, known) if found is not None]
    ends = [*aucs, dot.value]
    axes.plot([min(ends), max(ends)], [place] * 2, color=style.GRID, lw=3, zorder=1)
    if often is None and once is None:
        _draw_dot(axes, place, dot)
        return
    if dot.low is not None and dot.high is not None:
        axes.plot([dot.low, dot.high], [place, place], color=colour, lw=1.6, zorder=2)
    marks = (
        (often, marker, colour),
        (once, marker, style.PAPER),
        (known, _KNOWN, colour),
    )
    for order, (found, shape, filling) in enumerate(marks, start=3):
        if found is not None:
            axes.plot(
                found["auc"],
                place,
                shape,
                color=colour,
                mfc=filling,
                markersize=5.5,
                zorder=order,
            )


def _attackers_legend(dots: list[Dot]) -> list[Line2D]:
    """Returns entries for the marks of the attackers that were tried."""
    rows = [dot.row for dot in dots]
    entries = []
    if any(row["asked_once"] for row in rows):
        entries.append(style.hollow("asked once", style.MUTED, "o"))
    if any(row["asked_often"] for row in rows):
        entries.append(style.dot("often", style.MUTED, "o"))
    if any(row["known_start"] for row in rows):
        entries.append(style.dot("known start", style.MUTED, _KNOWN))
    return entries


def advantage(rows: Rows) -> Drawing:
    """Draws the advantage of the strongest attack, with the level of no signal."""
    dots = [
        Dot(row, row["strongest_advantage"])
        for row in rows.drawn
        if row["strongest_advantage"] is not None
    ]
    name, title = "advantage", "Advantage of the strongest attack"
    if not dots:
        return Drawing(name, title, missing=rows.reason("advantage", "attack"))
    dots.sort(key=lambda dot: dot.value)
    figure = _figure(dots, rows, number, level=0.0)
    axes = figure.axes[0]
    levels = []
    for place, dot in enumerate(dots):
        attack = rows.strongest(dot.row)
        if attack and attack["advantage_null"] is not None:
            levels.append(attack["advantage_null"])
            axes.plot(levels[-1], place, "|", color=style.MUTED, ms=9, mew=1.4)
    axes.set_xlabel("true-positive rate minus false-positive rate")
    finding = f"From {number(dots[0].value)} ({dots[0].row['name']}) to " + (
        f"{number(dots[-1].value)} ({dots[-1].row['name']})."
    )
    reading = "Left is better."
    if levels:
        finding += f" Chance alone gives {number(max(levels))}."
        reading += " The grey tick is what an attack shows where there is no signal."
    return _drawing(name, title, finding, reading, dots, figure, number)


def accuracy(rows: Rows) -> Drawing:
    """Draws the accuracy of each defended model on non-members."""
    dots = [
        Dot(row, row["accuracy"], row["accuracy_low"], row["accuracy_high"])
        for row in rows.drawn
        if row["accuracy"] is not None
    ]
    name, title = "accuracy", "Accuracy on examples that were not trained on"
    if not dots:
        return Drawing(name, title, missing=rows.reason("accuracy"))
    dots.sort(key=lambda dot: -dot.value)
    figure = _figure(dots, rows, percent)
    figure.axes[0].set_xlabel("accuracy, 95 % interval")
    style.percent_axis(figure.axes[0].xaxis)
    changes = [
        change
        for dot in dots
        if dot.row is not rows.base
        if (change := rows.accuracy_change(dot.row)) is not None
    ]
    finding = f"Undefended: {percent(rows.base['accuracy'])}."
    if changes:
        kept = sum(change >= -ACCURACY_BUDGET for change in changes)
        finding += (
            f" {kept} of {count(len(changes), 'defense')} stay within "
            f"{100 * ACCURACY_BUDGET:.0f} points; the largest loss is "
            f"{points(min(changes))} points."
        )
    reading = "Right is better."
    return _drawing(name, title, finding, reading, dots, figure, percent)


def latency(rows: Rows) -> Drawing:
    """Draws how much longer a call of the defended model takes."""
    dots = []
    for row in rows.drawn:
        entry = (row["latency_ratio"] or {}).get("1")
        if entry and entry["ratio"] is not None:
            dots.append(Dot(row, entry["ratio"], entry["low"], entry["high"]))
    name, title = "latency", "Latency relative to the undefended model"
    if not dots:
        return Drawing(name, title, missing=rows.reason("latency"))
    dots.sort(key=lambda dot: dot.value)
    figure = _figure(dots, rows, _times)
    axes = figure.axes[0]
    for place, dot in enumerate(dots):
        entry = (dot.row["latency_ratio"] or {}).get("256")
        if entry and entry["ratio"] is not None:
            axes.plot(
                entry["ratio"],
                place,
                "o",
                markerfacecolor="none",
                markeredgecolor=style.MUTED,
                markersize=7.5,
                zorder=2,
            )
    if max(dot.value for dot in dots) > 4:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"× {value:g}"))
    axes.set_xlabel("time of one call, ratio (filled: batch 1; ring: batch 256)")
    finding = (
        f"Slowest for a single example: {dots[-1].row['name']}, "
        f"{_times(dots[-1].value)}."
    )
    reading = (
        "Left is better. Calls of both models alternate in one process; below a "
        "difference of 0.02 nothing is claimed."
    )
    return _drawing(name, title, finding, reading, dots, figure, _times)


def _times(value: float) -> str:
    return f"× {value:.2f}"


def _figure(
    dots: list[Dot],
    rows: Rows,
    text: Callable[[float], str],
    level: float | None = None,
) -> Figure:
    """Draws the dots from top to bottom, each with its value at the right.

    Args:
        dots: In that order.
        rows: The run.
        text: Returns a value as text.
        level: Where a dotted line is drawn, or None.
    """
    figure = style.canvas(0.7 + style.ROW_HEIGHT * len(dots))
    axes = figure.subplots()
    for place, dot in enumerate(dots):
        _draw_dot(axes, place, dot)
        style.value_at_right(axes, place, text(dot.value), dot.row is rows.base)
    base = next((dot for dot in dots if dot.row is rows.base), None)
    if base:
        axes.axvline(base.value, color=style.INK, lw=0.8, ls=(0, (5, 3)), zorder=1)
    if level is not None:
        axes.axvline(level, color=style.MUTED, lw=1, ls=":", zorder=1)
    style.rows_axis(axes, [dot.row for dot in dots], rows.base)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    style.legend(figure, style.families([dot.row for dot in dots]))
    return figure


def _draw_dot(axes: Axes, place: int, dot: Dot) -> None:
    colour, marker = style.family_style(dot.row["family"])
    if dot.low is not None and dot.high is not None:
        axes.plot([dot.low, dot.high], [place, place], color=colour, lw=1.6, zorder=2)
    axes.plot(dot.value, place, marker, color=colour, markersize=5.5, zorder=3)


def _drawing(
    name: str,
    title: str,
    finding: str,
    reading: str,
    dots: list[Dot],
    figure: Figure,
    text: Callable[[float], str],
) -> Drawing:
    listed = "; ".join(f"{dot.row['name']} {text(dot.value)}" for dot in dots[:12])
    more = f"; and {len(dots) - 12} more" if len(dots) > 12 else ""
    alt = f"Dot plot of {count(len(dots), 'model')}. {finding} {listed}{more}."
    return Drawing(name, title, finding, alt, reading, figure)
