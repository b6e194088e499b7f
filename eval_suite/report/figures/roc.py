"""ROC curves of the strongest attack: one panel a defense, and by slice."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.report.rows import Rows

_SLICES = 8
_LOWEST = 1e-3


def roc(rows: Rows) -> Drawing:
    """Draws each defense's ROC curve over the undefended model's."""
    name, title = "roc", "ROC of the strongest attack"
    curves = _curves(rows, "entire")
    if not curves:
        return Drawing(name, title, missing=rows.reason("roc", "curve", "attack"))
    figure, panels = style.panels(len(curves))
    for axes, (row, curve) in zip(panels, curves, strict=True):
        _diagonal(axes)
        _reference(axes, rows.curve(rows.base))
        _draw(axes, row, curve, band=True)
        axes.set_title(style.safe_text(row["name"], 18), loc="left", pad=3)
        auc = f"AUC {number(row['strongest_auc'], 2)}"
        axes.text(0.97, 0.06, auc, ha="right", fontsize=8, transform=axes.transAxes)
    _label_linear(figure)
    finding = (
        "The further a curve bends above the diagonal, the more members the attack "
        f"finds. Undefended: AUC {number(rows.base['strongest_auc'])}."
    )
    alt = (
        f"{count(len(curves), 'panel')} of true-positive against false-positive rate. "
        + "; ".join(
            f"{row['name']} ({row['strongest_attack']}) AUC "
            f"{number(row['strongest_auc'])}"
            for row, _ in curves[:12]
        )
        + "."
    )
    reading = (
        "The grey line is the undefended model, the dotted one guessing, the band a "
        "95 % interval at each false-positive rate."
    )
    return Drawing(name, title, finding, alt, reading, figure)


def roc_low(rows: Rows) -> Drawing:
    """Draws the same curves with both axes logarithmic."""
    name, title = "roc-log", "ROC at low false-positive rates"
    curves = _curves(rows, "entire")
    if not curves:
        return Drawing(name, title, missing=rows.reason("roc", "curve", "attack"))
    figure, panels = style.panels(len(curves))
    for axes, (row, curve) in zip(panels, curves, strict=True):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_aspect("equal")
        _diagonal(axes)
        _reference(axes, rows.curve(rows.base))
        _draw(axes, row, curve, band=True)
        axes.set_xlim(_LOWEST, 1)
        axes.set_ylim(_LOWEST, 1)
        ticks = [1e-3, 1e-2, 1e-1, 1]
        texts = ["0.1 %", "", "10 %", ""]
        axes.set_xticks(ticks, texts, minor=False)
        axes.set_yticks(ticks, texts, minor=False)
        axes.minorticks_off()
        axes.set_title(style.safe_text(row["name"], 18), loc="left", pad=3)
    figure.supxlabel("false-positive rate", fontsize=9)
    figure.supylabel("true-positive rate", fontsize=9)
    found = []
    for row, _ in curves:
        attack = rows.attack(row["name"], row["strongest_attack"])
        entry = ((attack or {}).get("tpr_at_fpr") or {}).get("0.01")
        if entry and entry["tpr"] is not None:
            found.append((entry["tpr"], row["name"]))
    if found:
        worst, best = max(found), min(found)
        finding = (
            f"At 1 % false positives the strongest attack finds {percent(best[0])} of "
            f"the members of {best[1]} and {percent(worst[0])} of {worst[1]}."
        )
    else:
        finding = (
            "The true-positive rate at 1 % false positives was not measured: "
            f"{rows.reason('1 %', 'tpr', 'true-positive')}."
        )
    alt = f"{count(len(curves), 'log-log panel')}. {finding}"
    reading = (
        "An attacker who accuses few but is nearly always right shows here, not in "
        "the AUC. Guessing is the dotted diagonal."
    )
    return Drawing(name, title, finding, alt, reading, figure)


def roc_slices(rows: Rows) -> Drawing:
    """Draws the ROC of the undefended model and the defenses, one panel a slice."""
    name, title = "roc-slices", "ROC by slice"
    parts = dict.fromkeys(curve["slice"] for curve in rows.results["curves"])
    parts = [part for part in parts if _curves(rows, part)]
    if len(parts) < 2:
        return Drawing(name, title, missing=rows.reason("slice", "curve", "attack"))
    shown = parts[:_SLICES]
    figure, panels = style.panels(len(shown))
    for axes, part in zip(panels, shown, strict=True):
        _diagonal(axes)
        for row, curve in reversed(_curves(rows, part)):
            _draw(axes, row, curve, band=row is rows.base)
        axes.set_title(style.safe_text(part, 18), loc="left", pad=3)
    _label_linear(figure)
    families = [row for row, _ in _curves(rows, shown[0])]
    style.legend(figure, style.families(families))
    finding = f"Slices: {listing(shown)}" + (
        f", and {len(parts) - len(shown)} more in results.json."
        if len(parts) > len(shown)
        else "."
    )
    alt = f"{count(len(shown), 'panel')} of ROC curves, one a slice. {finding}"
    reading = (
        "The black line with its band is the undefended model, each coloured line "
        "the strongest attack on one defense."
    )
    return Drawing(name, title, finding, alt, reading, figure)


def _curves(rows: Rows, part: str) -> list[tuple[dict, dict]]:
    found = [(row, rows.curve(row, part)) for row in rows.drawn[: style.PANELS]]
    return [(row, curve) for row, curve in found if curve]


def _diagonal(axes: Axes) -> None:
    line = [1e-4, 1]
    axes.plot(line, line, ":", color=style.MUTED, lw=0.9, zorder=1)


def _reference(axes: Axes, curve: dict | None) -> None:
    if curve:
        axes.plot(curve["fpr"], curve["tpr"], color=style.MUTED, lw=1.0, zorder=2)


def _draw(axes: Axes, row: dict, curve: dict, band: bool) -> None:
    colour, _ = style.family_style(row["family"])
    if band and curve["tpr_low"] and curve["tpr_high"]:
        axes.fill_between(
            curve["fpr"],
            curve["tpr_low"],
            curve["tpr_high"],
            color=colour,
            alpha=0.22,
            linewidth=0,
            zorder=2,
        )
    axes.plot(curve["fpr"], curve["tpr"], color=colour, lw=1.4, zorder=3)


def _label_linear(figure: Figure) -> None:
    for axes in figure.axes:
        axes.set_aspect("equal")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    figure.supxlabel("false-positive rate", fontsize=9)
    figure.supylabel("true-positive rate", fontsize=9)
