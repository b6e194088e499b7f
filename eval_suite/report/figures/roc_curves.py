"""ROC curves of the strongest attack: one panel a defense, and by slice."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.rows import CurveRow
from keras_entropy.arrays import Floats

_SLICES = 16  # four lines of panels: the entire set, right and wrong, and the classes
_LOWEST = 1e-3
_TOLERANCE = 0.003  # of a panel's side: a third of a point


def roc(rows: Rows) -> Drawing:
    """Draws each defense's ROC curve over the undefended model's."""
    name, title = "roc", "ROC of the strongest attack"
    curves = _curves(rows, "entire")
    if not curves:
        return Drawing(name, title, missing=rows.reason("roc", "curve", "attack"))
    figure, panels = style.panels(len(curves))
    for axes, (row, curve) in zip(panels, curves, strict=True):
        _diagonal(axes)
        _undefended(axes, rows.undefended_curve())
        _draw(axes, row, curve, band=True)
        axes.set_title(style.safe_text(row["name"], 18), loc="left", pad=3)
        note = _note(rows, row, curve)
        axes.text(0.97, 0.06, note, ha="right", fontsize=7.5, transform=axes.transAxes)
    _label_linear(figure)
    finding = (
        "The further a curve bends above the diagonal, the more members the attack "
        f"finds. Undefended: AUC {number(rows.base['strongest_auc'])}."
    )
    alt = (
        f"{count(len(curves), 'panel')} of true-positive against false-positive rate. "
        + "; ".join(
            f"{row['name']} ({attack_words(curve['attack'])}) AUC "
            f"{number(row['strongest_auc'])}"
            for row, curve in curves[:12]
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
        _undefended(axes, rows.undefended_curve())
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
        attack = rows.strongest(row)
        rate = ((attack["tpr_at_fpr"] if attack else None) or {}).get("0.01")
        if rate and rate["tpr"] is not None:
            found.append((rate["tpr"], row["name"]))
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
    known = dict.fromkeys(curve["slice"] for curve in rows.results["curves"])
    parts = sorted((part for part in known if _curves(rows, part)), key=_place)
    if len(parts) < 2:
        return Drawing(name, title, missing=rows.reason("slice", "curve", "attack"))
    shown = parts[:_SLICES]
    figure, panels = style.panels(len(shown))
    for axes, part in zip(panels, shown, strict=True):
        _diagonal(axes)
        for row, curve in reversed(_curves(rows, part)):
            _draw(axes, row, curve, band=row is rows.base)
        label = style.safe_text(rows.slice_label(part), 18)
        axes.set_title(label, loc="left", pad=3)
    _label_linear(figure)
    drawn = [row for row, _ in _curves(rows, shown[0])]
    style.legend(figure, style.families(drawn))
    finding = _most_exposed(rows, shown)
    if len(parts) > len(shown):
        finding += f" In results.json: {count(len(parts) - len(shown), 'more slice')}."
    alt = (
        f"{count(len(shown), 'panel')} of ROC curves, one a slice: "
        f"{listing(rows.slice_label(part) for part in shown)}. {finding}"
    )
    reading = (
        "Each line is the strongest attack on one model. A class, or the wrong "
        "answers, may leak more than the entire set does; but a slice is small, so its "
        "curve is rough, and the highest of many is high by chance alone."
    )
    return Drawing(name, title, finding, alt, reading, figure)


def _place(part: str) -> int:
    """Returns the place of a slice: the classes last, in the run's order."""
    order = ("entire", "correct", "incorrect")
    return order.index(part) if part in order else len(order)


def _most_exposed(rows: Rows, parts: list[str]) -> str:
    """Says on which slice the undefended model is attacked with most success."""
    found = [
        (attack["auc"], part)
        for part in parts
        if part != "entire"
        for attack in (rows.strongest(rows.base, part),)
        if attack and attack["auc"] is not None
    ]
    if not found:
        return "Of the undefended model no slice was measured."
    auc, part = max(found)
    return (
        f"The undefended model leaks most on the slice “{rows.slice_label(part)}”: "
        f"AUC {number(auc)}, against {number(rows.base['strongest_auc'])} on the "
        "entire set."
    )


def _curves(rows: Rows, part: str) -> list[tuple[Defense, CurveRow]]:
    return [(row, curve) for row in rows.panels if (curve := rows.curve(row, part))]


def _note(rows: Rows, row: Defense, curve: CurveRow) -> str:
    """Returns the headline AUC, or the attack where the curve is of another one."""
    strongest = rows.strongest(row)
    if strongest and strongest["attack"] != curve["attack"]:
        return style.safe_text(f"only {attack_words(curve['attack'])}", 18)
    return f"AUC {number(row['strongest_auc'], 2)}"


def _diagonal(axes: Axes) -> None:
    line = [1e-4, 1]
    axes.plot(line, line, ":", color=style.MUTED, lw=0.9, zorder=1)


def _undefended(axes: Axes, curve: CurveRow | None) -> None:
    if curve:
        line = _thin(axes, curve["fpr"], curve["tpr"])
        axes.plot(*line, color=style.MUTED, lw=1.0, zorder=2)


def _draw(axes: Axes, row: Defense, curve: CurveRow, band: bool) -> None:
    colour, _ = style.family_style(row["family"])
    if band and curve["tpr_low"] and curve["tpr_high"]:
        low = _thin(axes, curve["fpr"], curve["tpr_low"])
        high = _thin(axes, curve["fpr"], curve["tpr_high"])
        x, y = np.concatenate([low, high[:, ::-1]], axis=1)
        axes.fill(x, y, color=colour, alpha=0.22, linewidth=0, zorder=2)
    line = _thin(axes, curve["fpr"], curve["tpr"])
    axes.plot(*line, color=colour, lw=1.4, zorder=3)


def _thin(axes: Axes, x: list[float], y: list[float]) -> Floats:
    """Returns the points of a curve that the eye needs, `(2, points)`.

    By Ramer, Douglas and Peucker, on the scale of the axes: no point that is left out
    lies farther than `_TOLERANCE` of the panel from the line that is drawn.
    """
    points = np.array([x, y])
    place = points
    if axes.get_xscale() == "log":
        place = np.log10(np.maximum(points, _LOWEST)) / -np.log10(_LOWEST)
    keep = np.zeros(points.shape[1], bool)
    keep[[0, -1]] = True
    spans = [(0, points.shape[1] - 1)]
    while spans:
        first, last = spans.pop()
        between = place[:, first + 1 : last] - place[:, [first]]
        if between.shape[1] == 0:
            continue
        chord = place[:, last] - place[:, first]
        length = np.hypot(*chord)
        if length > 0:
            distance = np.abs(chord[0] * between[1] - chord[1] * between[0]) / length
        else:
            distance = np.hypot(*between)
        farthest = int(np.argmax(distance))
        if distance[farthest] > _TOLERANCE:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return points[:, keep]


def _label_linear(figure: Figure) -> None:
    for axes in figure.axes:
        axes.set_aspect("equal")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    figure.supxlabel("false-positive rate", fontsize=9)
    figure.supylabel("true-positive rate", fontsize=9)
