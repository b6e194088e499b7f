"""Privacy against utility: which defenses no other one beats on both."""

import numpy as np

from eval_suite.report.content.advice import ACCURACY_BUDGET
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent

_SHOWN_LOSS = 0.3  # of accuracy, at most
# Where a name may stand relative to its point, in points of type, the best first.
_PLACES = [
    (7, 9, "left"),
    (7, -9, "left"),
    (-7, 9, "right"),
    (-7, -9, "right"),
    (9, 20, "left"),
    (9, -20, "left"),
    (-9, 20, "right"),
    (-9, -20, "right"),
]


def frontier(rows: Rows) -> Drawing:
    """Draws the strongest attack's AUC over accuracy, with the Pareto frontier."""
    name, title = "frontier", "Privacy against accuracy"
    drawn = [
        row
        for row in rows.drawn
        if row["accuracy"] is not None and row["strongest_auc"] is not None
    ]
    if not drawn:
        return Drawing(name, title, missing=rows.reason("accuracy", "auc", "attack"))
    drawn, beyond = _near(rows, drawn)
    best = pareto(drawn)
    figure = style.canvas(3.5)
    axes = figure.subplots()
    if rows.base in drawn:
        budget = rows.base["accuracy"] - ACCURACY_BUDGET
        axes.axvline(budget, color=style.MUTED, lw=0.8, ls=(0, (2, 3)))
        axes.axhline(
            rows.base["strongest_auc"], color=style.INK, lw=0.8, ls=(0, (5, 3))
        )
    axes.axhline(0.5, color=style.MUTED, lw=1, ls=":")
    steps = sorted(best, key=lambda row: row["accuracy"])
    axes.plot(
        [min(row["accuracy"] for row in drawn), *[row["accuracy"] for row in steps]],
        [steps[0]["strongest_auc"], *[row["strongest_auc"] for row in steps]],
        color=style.MUTED,
        lw=1.2,
        drawstyle="steps-pre",
        zorder=1,
    )
    for row in reversed(drawn):
        _draw(axes, row, strong=row in best or row is rows.base)
    _annotate(axes, drawn, [rows.base, *best])
    axes.set_xlabel("accuracy on non-members")
    axes.set_ylabel("AUC of the strongest attack")
    style.percent_axis(axes.xaxis)
    axes.margins(x=0.08, y=0.12)
    style.legend(figure, style.families(drawn))
    names = [row["name"] for row in steps if row is not rows.base]
    finding = (
        f"On the frontier: {listing(names)}."
        if names
        else "No defense beats the undefended model on either axis."
    )
    alt = (
        f"Scatter plot of {count(len(drawn), 'model')}, accuracy against AUC. "
        f"{finding} "
        + "; ".join(
            f"{row['name']}: accuracy {percent(row['accuracy'])}, AUC "
            f"{number(row['strongest_auc'])}"
            for row in [rows.base, *[row for row in steps if row is not rows.base]][:12]
            if row in drawn
        )
        + "."
    )
    reading = (
        "Right and low is better. The line joins the defenses that no other beats on "
        "both axes; right of the thin dashes accuracy falls by at most "
        f"{100 * ACCURACY_BUDGET:.0f} points, the long dashes are the undefended "
        "model's AUC, the dots guessing."
    )
    if beyond:
        names = [f"{row['name']} ({percent(row['accuracy'])})" for row in beyond]
        reading += f" Too inaccurate for the picture: {listing(names)}."
    return Drawing(name, title, finding, alt, reading, figure)


def _near(rows: Rows, drawn: list[dict]) -> tuple[list[dict], list[dict]]:
    """Splits off the rows so inaccurate that they would squeeze all others."""
    base = rows.base["accuracy"]
    lowest = 0.0 if base is None else base - _SHOWN_LOSS
    near = [row for row in drawn if row["accuracy"] >= lowest]
    return near, [row for row in drawn if row["accuracy"] < lowest]


def pareto(rows: list[dict]) -> list[dict]:
    """Returns the rows that no other row beats in accuracy and in attack AUC.

    Of rows that are equal in both, the first is returned.
    """
    ordered = sorted(rows, key=lambda row: (-row["accuracy"], row["strongest_auc"]))
    best, lowest = [], float("inf")
    for row in ordered:
        if row["strongest_auc"] < lowest:
            best.append(row)
            lowest = row["strongest_auc"]
    return best


def _draw(axes, row: dict, strong: bool) -> None:
    colour, marker = style.family_style(row["family"])
    x, y = row["accuracy"], row["strongest_auc"]
    ends = (
        ([row["accuracy_low"], row["accuracy_high"]], [y, y]),
        ([x, x], [row["strongest_auc_low"], row["strongest_auc_high"]]),
    )
    for xs, ys in ends:
        if None not in (*xs, *ys):
            axes.plot(xs, ys, color=colour, lw=1, alpha=0.9 if strong else 0.35)
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


def _annotate(axes, drawn: list[dict], wanted: list[dict]) -> None:
    """Names points where there is room: beside no other name and on no point."""
    points = np.array([(row["accuracy"], row["strongest_auc"]) for row in drawn])
    span = np.maximum(np.ptp(points, axis=0), 1e-9)
    # Roughly the place on paper, in points of type: the axes are 4.5 by 2.9 inches.
    points = (points - points.min(axis=0)) / span * (0.84 * 324, 0.76 * 209)
    boxes = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    for row in {row["name"]: row for row in wanted if row in drawn}.values():
        text = style.safe_text(row["name"], 16)
        x, y = points[drawn.index(row)]
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
            (row["accuracy"], row["strongest_auc"]),
            xytext=(dx, dy),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8,
            fontweight="bold",
        )


def _overlap(a: tuple, b: tuple) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
