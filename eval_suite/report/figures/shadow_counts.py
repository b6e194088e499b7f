"""What more shadow models buy the attacker."""

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing

# One for each attack, told apart in grey by the marker.
_LOOKS = ((style.INK, "o"), (style.OTHER_ENGINE, "s"), (style.OWN_ENGINE, "^"))


def shadows(rows: Rows) -> Drawing:
    """Draws the AUC of each attack over the number of shadow models."""
    name, title = "auc_by_shadows", "What more shadow models find"
    found = rows.results.get("shadow_counts", [])
    attacks = list(dict.fromkeys(row["attack"] for row in found))[: len(_LOOKS)]
    if not attacks:
        return Drawing(name, title, missing=rows.reason("shadow", "attack"))
    figure = style.canvas(3.2)
    axes = figure.subplots()
    axes.axhline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    told, handles = [], []
    for place, (attack, look) in enumerate(zip(attacks, _LOOKS, strict=False)):
        colour, marker = look
        own = [row for row in found if row["attack"] == attack]
        # Side by side, so that the bars of one number don't hide each other.
        counts = [row["shadows"] * 1.04 ** (place - 1) for row in own]
        aucs = [row["auc"] for row in own]
        bars = [
            [max(0.0, row["auc"] - row["auc_low"]) for row in own],
            [max(0.0, row["auc_high"] - row["auc"]) for row in own],
        ]
        axes.errorbar(counts, aucs, bars, color=colour, marker=marker, ms=5, lw=1.2)
        handles.append(style.dot(style.safe_text(attack, 18), colour, marker))
        told.append(
            f"{attack}: "
            + ", ".join(f"{row['auc']:.3f} with {row['shadows']}" for row in own)
        )
    numbers = sorted({row["shadows"] for row in found})
    axes.set_xscale("log", base=2)
    axes.set_xticks(numbers, [str(number) for number in numbers])
    axes.minorticks_off()
    axes.set_xlabel("shadow models of each target")
    axes.set_ylabel("AUC (0.5: guessing, dotted)")
    style.legend(figure, handles)
    best = max((row for row in found if row["shadows"] == numbers[-1]), key=_auc)
    finding = (
        f"With {numbers[-1]} shadow models {best['attack']} reaches AUC "
        f"{best['auc']:.3f} on the undefended model."
    )
    reading = (
        "An attacker who trains more models of the same kind compares better. Where a "
        "line still climbs at its end, a richer attacker would find more than this run."
    )
    alt = f"Lines of AUC over the number of shadow models. {'; '.join(told)}."
    return Drawing(name, title, finding, alt, reading, figure, of_defenses=False)


def _auc(row: dict) -> float:
    return row["auc"]
