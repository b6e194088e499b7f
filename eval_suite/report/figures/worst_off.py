"""The most exposed records and canaries beside all: what an average hides."""

from typing import Literal

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.row_list import RowList
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.rows import WorstOffRow

_Found = tuple[Defense, WorstOffRow]
_Spans = list[tuple[Defense, float | None, float | None]]
_Key = Literal["auc", "tpr"]
_AUC: _Key = "auc"
_TPR: _Key = "tpr"


def worst_off(rows: Rows) -> Drawing:
    """Draws AUC and true positive rate on the worst-off records, canaries and all."""
    name, title = "worst-off", "The worst-off 5 % of the records, canaries, and all"
    found = [(row, row["worst_off"]) for row in rows.drawn if row["worst_off"]]
    pairs: list[_Found] = [(row, exposed) for row, exposed in found if exposed]
    if not pairs:
        return Drawing(name, title, missing=rows.reason("worst", "attack"))
    listed = RowList(rows)
    figure, (left, right) = listed.panels(2, right=10.0)
    aucs: _Spans = [(row, row["strongest_auc"], found["auc"]) for row, found in pairs]
    rates: _Spans = [
        (row, exposed["population_tpr"], exposed["tpr"]) for row, exposed in pairs
    ]
    ends = ((row, exposed["auc_low"], exposed["auc_high"]) for row, exposed in pairs)
    listed.bars(left, ends)
    falsely = [(row, exposed.get("realised_fpr")) for row, exposed in pairs]
    listed.marks(right, falsely, marker="|", order=6)
    rates_and_aucs = ((left, aucs, _AUC), (right, rates, _TPR))
    for axes, spans, key in rates_and_aucs:
        _draw(axes, listed, spans)
        _draw_canaries(axes, listed, [row for row, _ in pairs], key)
    left.axvline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    left.xaxis.set_major_locator(MaxNLocator(5))
    left.set_xlabel("AUC")
    style.percent_axis(right.xaxis)
    right.axvline(0.01, color=style.MUTED, lw=1, ls=":", zorder=1)
    right.set_xlabel("TPR at 1 % FPR")
    style.legend(figure, style.families([row for row, _ in pairs]))
    base = next((pair for pair in pairs if pair[0] is rows.base), pairs[0])
    finding = _finding(*base)
    alt = (
        f"Dot plot, one row a model, a dot for each kind of records. {finding} "
        + "; ".join(_in_words(row, exposed) for row, exposed in pairs[:12])
        + "."
    )
    reading = (
        "Left is better. Filled: the 5 % of the records that other pairs of models say "
        "are most exposed, with the 95 % interval; hollow: all records. The right "
        "picture is the share of the members that this attack finds where it accuses 1 "
        "% of all non-members; a stroke: the share of the same 5 % that it accuses "
        "falsely. Where that is as large, nothing is found. The dotted lines are "
        "guessing."
    )
    if any(row["canaries"] for row, _ in pairs):
        reading += (
            " Crosses: canaries, mislabelled records that a model can only learn by "
            "heart; their rate is at 1 % of the canaries that it did not learn."
        )
    texts = {row["name"]: _told(row, exposed) for row, exposed in pairs}
    hovers = listed.hovers(left, texts)
    return Drawing(name, title, finding, alt, reading, figure, hovers=hovers)


def _told(row: Defense, exposed: WorstOffRow) -> str:
    """Returns what is found of all records, of the worst off and of canaries."""
    canaries = row["canaries"]
    text = (
        f"AUC of all {number(row['strongest_auc'])}, of the worst-off "
        f"{number(exposed['auc'])}"
    )
    if exposed["tpr"] is not None:
        text += f"; {percent(exposed['tpr'])} of these found at 1 % false positives"
        if (falsely := exposed.get("realised_fpr")) is not None:
            text += f", {percent(falsely)} of these accused falsely"
    return text if canaries is None else f"{text}; canaries {number(canaries['auc'])}"


def _finding(row: Defense, exposed: WorstOffRow) -> str:
    text = (
        f"On {row['name']} an attack ({attack_words(exposed['attack'])}) tells the "
        f"worst-off records apart with AUC {number(exposed['auc'])}, all records with "
        f"{number(row['strongest_auc'])}"
    )
    if exposed["tpr"] is None or exposed["population_tpr"] is None:
        return f"{text}."
    falsely = exposed.get("realised_fpr")
    among = "" if falsely is None else f" ({percent(falsely)} among these records)"
    return (
        f"{text}; it finds {percent(exposed['tpr'])} of these members and "
        f"{percent(exposed['population_tpr'])} of all, at 1 % false positives{among}."
    )


def _in_words(row: Defense, exposed: WorstOffRow) -> str:
    aucs = f"{number(row['strongest_auc'])} and {number(exposed['auc'])}"
    canaries = row["canaries"]
    text = "" if canaries is None else f", canaries {number(canaries['auc'])}"
    return f"{row['name']} {aucs}{text}"


def _draw_canaries(axes: Axes, listed: RowList, rows: list[Defense], key: _Key) -> None:
    """Draws a cross for the canaries."""
    found = ((row, c[key]) for row in rows if (c := row["canaries"]))
    listed.marks(axes, found, marker="x", order=5)


def _draw(
    axes: Axes,
    listed: RowList,
    found: _Spans,
) -> None:
    """Draws a hollow dot for all records and a filled one for the worst off."""
    listed.bars(axes, found, style.GRID, width=2.6, order=1)
    listed.marks(axes, ((row, exposed) for row, _, exposed in found), order=4)
    listed.marks(axes, ((row, of_all) for row, of_all, _ in found), filled=False)
