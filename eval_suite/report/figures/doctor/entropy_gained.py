"""The entropy that defenses add, against the attacks on them."""

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.results.doctor.rows import EntropyRow

_ATTACKERS = ("asked once", "asked often")
_LOOKS = (
    (style.BLUE, "o"),
    (style.GREEN, "^"),
    (style.ORANGE, "s"),
    (style.PINK, "P"),
    (style.MUTED, "v"),
    (style.INK, "X"),
)
_REACH = 6


def entropy_gained(rows: Rows) -> Drawing:
    """Draws the AUC over the entropy gained, asked once and asked often."""
    name, title = "entropy_gained", "Entropy gained against attack AUC"
    doctor = rows.results.get("doctor")
    if not doctor or len(doctor["entropy"]) < 2:
        return Drawing(name, title, missing="only --profile doctor compares them")
    base, *defended = doctor["entropy"]
    kinds = list(dict.fromkeys(row["kind"] for row in defended))
    looks = dict(zip(kinds, _LOOKS, strict=False))
    figure = style.canvas(3.0, legends=2)
    panels = figure.subplots(1, 2, sharey=True)
    hovers = []
    for axes, words in zip(panels, _ATTACKERS, strict=True):
        for row in defended:
            colour, marker = looks.get(row["kind"], _LOOKS[-1])
            gained = row["entropy"] - base["entropy"]
            auc = _auc(row, words)
            # What can be undone protects nothing, whatever is drawn.
            fill = style.PAPER if row["injective"] else colour
            axes.plot(gained, auc, marker, color=colour, mfc=fill, ms=4.5, mew=0.8)
            undone = ", can be undone" if row["injective"] else ""
            hovers.append(
                Hover(
                    (row["name"],),
                    f"{row['name']}: entropy {gained:+.3f}, AUC {number(auc)}, "
                    f"{row['kind']}{undone}",
                    axes,
                    (gained, auc, gained, auc),
                    reach=_REACH,
                )
            )
        axes.axhline(_auc(base, words), color=style.INK, lw=1, ls="--")
        axes.axhline(0.5, color=style.MUTED, lw=1, ls=":")
        axes.set_xlabel(f"entropy gained ({words})")
    panels[0].set_ylabel("AUC of the strongest attack")
    handles = [style.dot(kind, *looks[kind]) for kind in kinds if kind in looks]
    style.legend(figure, handles[:3])
    style.legend(figure, handles[3:], line=1)
    finding = " ".join(_below(defended, base, words) for words in _ATTACKERS)
    reading = (
        "Each point is a defense at one strength; hollow ones can be undone. Dashed: "
        "no defense. If raising entropy protected, points would fall to the right."
    )
    alt = f"Two scatter plots of AUC over entropy gained. {finding}"
    return Drawing(name, title, finding, alt, reading, figure, hovers=tuple(hovers))


def _auc(row: EntropyRow, words: str) -> float:
    return row["asked_once"] if words == "asked once" else row["asked_often"]


def _below(defended: list[EntropyRow], base: EntropyRow, words: str) -> str:
    raising = [row for row in defended if row["entropy"] > base["entropy"]]
    below = sum(_auc(row, words) < _auc(base, words) for row in raising)
    return (
        f"{words.capitalize()}, {below} of {count(len(raising), 'defense')} that raise "
        "entropy have a lower AUC than none."
    )
