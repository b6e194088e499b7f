"""The attacker's gain from more shadow models."""

from dataclasses import dataclass

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.style import Drawing

# One for each attack, told apart in grey by the marker.
_LOOKS = ((style.INK, "o"), (style.OTHER_ENGINE, "s"), (style.OWN_ENGINE, "^"))


@dataclass(frozen=True)
class _Count:
    """The AUC of one attack with a number of shadow models, and its interval."""

    attack: str
    shadows: int
    auc: float
    low: float
    high: float


def shadows(rows: Rows) -> Drawing:
    """Draws the AUC of each attack over the number of shadow models."""
    name, title = "auc_by_shadows", "What more shadow models find"
    found = _measured(rows)
    attacks = list(dict.fromkeys(count.attack for count in found))[: len(_LOOKS)]
    if not attacks:
        return Drawing(name, title, missing=rows.reason("shadow", "attack"))
    figure = style.canvas(3.2)
    axes = figure.subplots()
    axes.axhline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    sentences, handles = [], []
    for place, (attack, look) in enumerate(zip(attacks, _LOOKS, strict=False)):
        colour, marker = look
        own = [count for count in found if count.attack == attack]
        # Side by side, so that the bars of one number don't hide each other.
        places = [count.shadows * 1.04 ** (place - 1) for count in own]
        aucs = [count.auc for count in own]
        bars = [
            [max(0.0, count.auc - count.low) for count in own],
            [max(0.0, count.high - count.auc) for count in own],
        ]
        axes.errorbar(places, aucs, bars, color=colour, marker=marker, ms=5, lw=1.2)
        handles.append(style.dot(style.safe_text(attack, 18), colour, marker))
        sentences.append(
            f"{attack}: "
            + ", ".join(f"{count.auc:.3f} with {count.shadows}" for count in own)
        )
    numbers = sorted({count.shadows for count in found})
    axes.set_xscale("log", base=2)
    axes.set_xticks(numbers, [str(number) for number in numbers])
    axes.minorticks_off()
    axes.set_xlabel("shadow models of each target")
    axes.set_ylabel("AUC (0.5: guessing, dotted)")
    style.legend(figure, handles)
    most = [count for count in found if count.shadows == numbers[-1]]
    best = max(most, key=lambda count: count.auc)
    finding = (
        f"With {numbers[-1]} shadow models {best.attack} reaches AUC "
        f"{best.auc:.3f} on the undefended model."
    )
    reading = (
        "An attacker who trains more models of the same kind compares better. Where a "
        "line still climbs at its end, a richer attacker would find more than this run."
    )
    alt = f"Lines of AUC over the number of shadow models. {'; '.join(sentences)}."
    return Drawing(name, title, finding, alt, reading, figure)


def _measured(rows: Rows) -> list[_Count]:
    found = []
    for row in rows.results.get("shadow_counts", []):
        number, auc = row["shadows"], row["auc"]
        low, high = row["auc_low"], row["auc_high"]
        if number is None or auc is None or low is None or high is None:
            continue
        found.append(_Count(row["attack"], number, auc, low, high))
    return found
