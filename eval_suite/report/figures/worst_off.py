"""The most exposed records and canaries beside all: what an average hides."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.rows import WorstOffRow

_Found = tuple[Defense, WorstOffRow]


def worst_off(rows: Rows) -> Drawing:
    """Draws AUC and true positive rate on the worst-off records, canaries and all."""
    name, title = "worst-off", "The worst-off 5 % of the records, canaries, and all"
    found = [(row, row["worst_off"]) for row in rows.drawn if row["worst_off"]]
    pairs: list[_Found] = [(row, exposed) for row, exposed in found if exposed]
    if not pairs:
        return Drawing(name, title, missing=rows.reason("worst", "attack"))
    pairs.sort(key=lambda pair: pair[1]["auc"])
    figure = style.canvas(0.7 + style.ROW_HEIGHT * len(pairs))
    left, right = figure.subplots(1, 2, sharey=True)
    for place, (row, exposed) in enumerate(pairs):
        ends = exposed["auc_low"], exposed["auc_high"]
        _draw(left, place, row, row["strongest_auc"], exposed["auc"], ends)
        _draw(right, place, row, exposed["population_tpr"], exposed["tpr"], None)
        if canaries := row["canaries"]:
            _draw_canaries(left, place, row, canaries["auc"])
            _draw_canaries(right, place, row, canaries["tpr"])
    style.rows_axis(left, [row for row, _ in pairs], rows.base)
    left.axvline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    left.xaxis.set_major_locator(MaxNLocator(5))
    left.set_xlabel("AUC")
    style.percent_axis(right.xaxis)
    right.axvline(0.01, color=style.MUTED, lw=1, ls=":", zorder=1)
    right.set_xlabel("TPR at 1 % FPR")
    right.tick_params(axis="y", length=0)
    style.legend(figure, style.families([row for row, _ in pairs]))
    base = next((pair for pair in pairs if pair[0] is rows.base), pairs[-1])
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
        "% of all non-members. The dotted lines are guessing."
    )
    if any(row["canaries"] for row, _ in pairs):
        reading += (
            " Crosses: canaries, mislabelled records that a model can only learn by "
            "heart; their rate is at 1 % of the canaries that it did not learn."
        )
    return Drawing(name, title, finding, alt, reading, figure)


def _finding(row: Defense, exposed: WorstOffRow) -> str:
    text = (
        f"On {row['name']} an attack ({attack_words(exposed['attack'])}) tells the "
        f"worst-off records apart with AUC {number(exposed['auc'])}, all records with "
        f"{number(row['strongest_auc'])}"
    )
    if exposed["tpr"] is None or exposed["population_tpr"] is None:
        return f"{text}."
    return (
        f"{text}; it finds {percent(exposed['tpr'])} of these members and "
        f"{percent(exposed['population_tpr'])} of all, at 1 % false positives."
    )


def _in_words(row: Defense, exposed: WorstOffRow) -> str:
    aucs = f"{number(row['strongest_auc'])} and {number(exposed['auc'])}"
    canaries = row["canaries"]
    text = "" if canaries is None else f", canaries {number(canaries['auc'])}"
    return f"{row['name']} {aucs}{text}"


def _draw_canaries(axes: Axes, place: int, row: Defense, value: float | None) -> None:
    """Draws a cross for the canaries."""
    if value is not None:
        colour, _ = style.family_style(row["family"])
        axes.plot(value, place, "x", color=colour, ms=6, mew=1.6, zorder=5)


def _draw(
    axes: Axes,
    place: int,
    row: Defense,
    of_all: float | None,
    exposed: float | None,
    ends: tuple[float, float] | None,
) -> None:
    """Draws a hollow dot for all records and a filled one for the worst off."""
    colour, marker = style.family_style(row["family"])
    if of_all is not None and exposed is not None:
        axes.plot([of_all, exposed], [place] * 2, color=style.GRID, lw=3, zorder=1)
    if ends is not None:
        axes.plot(ends, [place] * 2, color=colour, lw=1.6, zorder=2)
    if of_all is not None:
        axes.plot(of_all, place, "o", mfc=style.PAPER, mec=colour, ms=5.5, zorder=3)
    if exposed is not None:
        axes.plot(exposed, place, marker, color=colour, ms=5.5, zorder=4)
