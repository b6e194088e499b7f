"""One dot and its interval a defense: attack AUC, advantage, accuracy, latency."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib.ticker import LogLocator
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content.advice import ACCURACY_BUDGET
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.row_list import RowList
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.report.format import points
from eval_suite.results.contents import Defense

TOLD = 12  # rows in the text for those who don't see the figure


@dataclass(frozen=True)
class Dot:
    """A value of one defense with its interval."""

    row: Defense
    value: float
    low: float | None = None
    high: float | None = None


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
    listed = RowList(rows)
    figure = _figure(listed, dots, rows, number, level=0.0)
    axes = figure.axes[0]
    chance = {
        dot.row["name"]: attack["advantage_null"]
        for dot in dots
        if (attack := rows.strongest(dot.row)) and attack["advantage_null"] is not None
    }
    ticks = ((dot.row, chance.get(dot.row["name"])) for dot in dots)
    listed.marks(axes, ticks, (style.MUTED, "|"), size=8)
    axes.set_xlabel("true-positive rate minus false-positive rate")
    ordered = sorted(dots, key=lambda dot: dot.value)
    finding = f"From {number(ordered[0].value)} ({ordered[0].row['name']}) to " + (
        f"{number(ordered[-1].value)} ({ordered[-1].row['name']})."
    )
    reading = "Left is better."
    if chance:
        finding += f" Chance alone gives {number(max(chance.values()))}."
        reading += " The grey tick is what an attack shows where there is no signal."
    texts = {
        dot.row["name"]: f"advantage {number(dot.value)}, by chance "
        f"{number(chance.get(dot.row['name']))}"
        for dot in dots
    }
    drawing = dot_drawing(name, title, finding, reading, dots, figure, number)
    return replace(drawing, hovers=listed.hovers(axes, texts))


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
    listed = RowList(rows)
    figure = _figure(listed, dots, rows, percent)
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
    texts = {
        dot.row["name"]: f"accuracy {percent(dot.value)}, "
        f"{points(rows.accuracy_change(dot.row))} points"
        for dot in dots
    }
    drawing = dot_drawing(name, title, finding, reading, dots, figure, percent)
    return replace(drawing, hovers=listed.hovers(figure.axes[0], texts))


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
    listed = RowList(rows)
    figure = _figure(listed, dots, rows, _times)
    axes = figure.axes[0]
    batches = {}
    for dot in dots:
        entry = (dot.row["latency_ratio"] or {}).get("256")
        if entry and entry["ratio"] is not None:
            batches[dot.row["name"]] = entry["ratio"]
    rings = ((dot.row, batches.get(dot.row["name"])) for dot in dots)
    listed.marks(axes, rings, (style.MUTED, "o"), filled=False, size=7, order=2)
    if max(dot.value for dot in dots) > 4:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"× {value:g}"))
    axes.set_xlabel("time of one call, ratio (filled: batch 1; ring: batch 256)")
    slowest = max(dots, key=lambda dot: dot.value)
    finding = (
        f"Slowest for a single example: {slowest.row['name']}, {_times(slowest.value)}."
    )
    reading = (
        "Left is better. Calls of both models alternate in one process; below a "
        "difference of 0.02 nothing is claimed."
    )
    texts = {dot.row["name"]: f"{_times(dot.value)} for one example" for dot in dots}
    for batched, value in batches.items():
        texts[batched] += f", {_times(value)} for 256"
    drawing = dot_drawing(name, title, finding, reading, dots, figure, _times)
    return replace(drawing, hovers=listed.hovers(axes, texts))


def _times(value: float) -> str:
    return f"× {value:.2f}"


def _figure(
    listed: RowList,
    dots: list[Dot],
    rows: Rows,
    text: Callable[[float], str],
    level: float | None = None,
) -> Figure:
    """Draws a dot for each row, with its value at the right.

    Args:
        listed: The rows.
        dots: What was measured of them.
        rows: The run.
        text: Returns a value as text.
        level: Where a dotted line is drawn, or None.
    """
    figure, (axes,) = listed.panels()
    listed.bars(axes, ((dot.row, dot.low, dot.high) for dot in dots))
    listed.marks(axes, ((dot.row, dot.value) for dot in dots))
    base = next((dot for dot in dots if dot.row is rows.base), None)
    if base:
        axes.axvline(base.value, color=style.INK, lw=0.8, ls=(0, (5, 3)), zorder=1)
    if level is not None:
        axes.axvline(level, color=style.MUTED, lw=1, ls=":", zorder=1)
    listed.values(axes, {dot.row["name"]: text(dot.value) for dot in dots})
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    style.legend(figure, style.families([dot.row for dot in dots]))
    return figure


def dot_drawing(
    name: str,
    title: str,
    finding: str,
    reading: str,
    dots: list[Dot],
    figure: Figure,
    text: Callable[[float], str],
) -> Drawing:
    """Returns the drawing of dots, with its text for those who don't see it."""
    listed = "; ".join(f"{dot.row['name']} {text(dot.value)}" for dot in dots[:TOLD])
    more = f"; and {len(dots) - TOLD} more" if len(dots) > TOLD else ""
    alt = f"Dot plot of {count(len(dots), 'model')}. {finding} {listed}{more}."
    return Drawing(name, title, finding, alt, reading, figure)
