"""What a model gives away, and what it gains, from epoch to epoch."""

from typing import Any

from matplotlib.axes import Axes

from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run.by_epoch import best_and_last
from eval_suite.report.content.run.by_epoch import trainings
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.rows import EpochRow

# One for each training, told apart in grey by the marker.
_LOOKS = ((style.INK, "D"), (style.GREEN, "^"))
_MARKS = 8  # on each line
_DASHED = (0, (4, 1.5))


def by_epoch(rows: Rows) -> Drawing:
    """Draws AUC and accuracies by epoch, of each training that was audited so."""
    name, title = "by-epoch", "What each epoch gives away, and what it gains"
    found = list(trainings(rows.results).items())[: len(_LOOKS)]
    if not found:
        return Drawing(name, title, missing=rows.reason("epoch", "attack"))
    figure = style.canvas(4.2, legends=2)
    above, below = figure.subplots(2, 1, sharex=True)
    above.axhline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    handles = []
    for (defense, epochs), (colour, marker) in zip(found, _LOOKS, strict=False):
        _draw(above, below, epochs, colour, marker)
        handles.append(style.dot(style.safe_text(defense), colour, marker))
    above.set_ylabel("AUC (0.5: guessing, dotted)")
    below.set_ylabel("accuracy")
    style.percent_axis(below.yaxis)
    below.set_xlabel("epoch")
    style.legend(figure, handles)
    lines = [style.line("on members", style.MUTED)]
    lines.append(style.line("on others", style.MUTED, dashed=True))
    style.legend(figure, lines, line=1)
    sentences = [best_and_last(defense, epochs) for defense, epochs in found]
    alt = (
        "Two panels of lines over the epochs of one training: AUC of a threshold on "
        f"the loss, and accuracies. {'. '.join(sentences)}. "
        + "; ".join(
            f"{defense} at first AUC {number(epochs[0]['auc'])}, at last "
            f"{percent(epochs[-1]['member_accuracy'])} of members right"
            for defense, epochs in found
        )
        + "."
    )
    reading = (
        "One training by `model.fit` with the callback `MembershipAudit`; the band is "
        "the 95 % interval of one epoch by itself. The attack is one threshold on the "
        "loss, so stronger ones find more; lines whose bands overlap are not told "
        "apart. Where accuracy on others no longer rises "
        "and the AUC still does, further epochs only give away."
    )
    return Drawing(
        name,
        title,
        f"{sentences[0]}.",
        alt,
        reading,
        figure,
        hovers=_hovers(above, found),
    )


def _draw(
    above: Axes, below: Axes, epochs: list[EpochRow], colour: str, marker: str
) -> None:
    places = [row["epoch"] for row in epochs]
    look: dict[str, Any] = {
        "color": colour,
        "marker": marker,
        "ms": 4,
        "lw": 1.2,
        "markevery": max(1, len(epochs) // _MARKS),
    }
    low = [row["auc_low"] for row in epochs]
    above.fill_between(
        places, low, [row["auc_high"] for row in epochs], color=colour, alpha=0.15, lw=0
    )
    above.plot(places, [row["auc"] for row in epochs], **look)
    below.plot(places, [row["member_accuracy"] for row in epochs], **look)
    others = [row["nonmember_accuracy"] for row in epochs]
    below.plot(places, others, ls=_DASHED, **look)


def _hovers(axes: Axes, found: list[tuple[str, list[EpochRow]]]) -> tuple[Hover, ...]:
    """Returns a place for each epoch of each training, at its AUC."""
    return tuple(
        Hover(
            (defense,),
            f"{defense}, epoch {row['epoch']}: AUC {number(row['auc'])}, "
            f"{percent(row['member_accuracy'])} of members right, "
            f"{percent(row['nonmember_accuracy'])} of others",
            axes,
            (row["epoch"], row["auc"], row["epoch"], row["auc"]),
            reach=4.0,
        )
        for defense, epochs in found
        for row in epochs
    )
