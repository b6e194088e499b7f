"""What attackers find who ask once, often, or know the start of the training."""

from dataclasses import replace
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content import attackers
from eval_suite.report.content.effects import EFFECT_WORDS
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.undefended import defenses
from eval_suite.report.content.undefended import without_defense
from eval_suite.report.figures.defense_dots import TOLD
from eval_suite.report.figures.defense_dots import Dot
from eval_suite.report.figures.defense_dots import dot_drawing
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.levels import draw_levels
from eval_suite.report.figures.drawing.row_list import RowList
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import number

_KNOWN = "x"  # the mark of an attacker who knows the start of the training
_KEYS: tuple[Literal["asked_once", "asked_often", "known_start"], ...] = (
    "asked_once",
    "asked_often",
    "known_start",
)


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
    others = defenses(rows.results)
    less = sum(rows.effects[row["name"]] == "less" for row in others)
    ordered = sorted(dots, key=lambda dot: dot.value)
    lowest = next((d for d in ordered if not without_defense(d.row)), ordered[0])
    finding = (
        f"Lowest: {lowest.row['name']} at {number(lowest.value)}; undefended "
        f"{number(attackers.deciding(rows.base).value)}. {less} of "
        f"{count(len(others), 'defense')} measurably leak{'s' * (less == 1)} less."
    )
    listed = RowList(rows)
    figure, (axes,) = listed.panels(legends=2)
    _draw_attackers(axes, listed, dots)
    levels = draw_levels(rows, axes, upright=True)
    listed.values(axes, {dot.row["name"]: number(dot.value) for dot in dots})
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
    texts = {dot.row["name"]: _attackers_words(rows, dot) for dot in dots}
    drawing = dot_drawing(name, title, finding, reading, dots, figure, number)
    return replace(
        drawing,
        alt=drawing.alt + _attackers_alt(dots),
        hovers=listed.hovers(axes, texts),
    )


def _attackers_words(rows: Rows, dot: Dot) -> str:
    """Returns what each attacker finds of one row, and what that amounts to."""
    row = dot.row
    kinds = ("asked once", row["asked_once"]), ("asked often", row["asked_often"])
    told = [f"{words} {number(found['auc'])}" for words, found in kinds if found]
    if row["known_start"]:
        told.append(f"known start {number(row['known_start']['auc'])}")
    effect = EFFECT_WORDS[rows.effects[row["name"]]]
    auc = estimate(dot.value, dot.low, dot.high)
    return "; ".join([f"AUC {auc}", *told, effect])


def _attackers_alt(dots: list[Dot]) -> str:
    """Returns what each attacker finds, for those who don't see the marks."""
    found = [
        f"{row['name']} {number(once['auc'])} and {number(often['auc'])}"
        for row in [dot.row for dot in dots[:TOLD]]
        if (once := row["asked_once"]) and (often := row["asked_often"])
    ]
    return f" Asked once and often: {'; '.join(found)}." if found else ""


def _draw_attackers(axes: Axes, listed: RowList, dots: list[Dot]) -> None:
    """Draws an interval for the larger figure, and a mark for each attacker."""
    rows = [dot.row for dot in dots]
    kinds = [
        {row["name"]: found["auc"] for row in rows if (found := row[key]) is not None}
        for key in _KEYS
    ]
    spans = []
    for dot in dots:
        ends = [dot.value, *(k[dot.row["name"]] for k in kinds if dot.row["name"] in k)]
        spans.append((dot.row, min(ends), max(ends)))
    listed.bars(axes, spans, style.GRID, width=2.6, order=1)
    listed.bars(axes, ((dot.row, dot.low, dot.high) for dot in dots))
    once, often, known = kinds
    lone = [d for d in dots if d.row["name"] not in {*once, *often}]
    listed.marks(axes, ((dot.row, dot.value) for dot in lone))
    listed.marks(axes, ((row, often.get(row["name"])) for row in rows))
    hollow = ((row, once.get(row["name"])) for row in rows)
    listed.marks(axes, hollow, filled=False, order=4)
    crosses = ((row, known.get(row["name"])) for row in rows)
    listed.marks(axes, crosses, marker=_KNOWN, order=5)


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
