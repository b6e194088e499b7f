"""ROC curves of the strongest attack: one panel a defense, and by slice."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.order import Group
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.small_panels import Curve
from eval_suite.report.figures.drawing.small_panels import SmallPanels
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.rows import CurveRow
from keras_entropy.arrays import Floats

_SLICES = 16  # four lines of panels: the entire set, right and wrong, and the classes
_LOWEST = 1e-3
_TOLERANCE = 0.006  # of a panel's side: half a point at most
_COARSE = 0.012  # where many lines share a panel
_NAMED = 4
_IN_A_LINE = 4  # panels of slices, each with the curves of all rows
_Thin = Callable[[list[float], list[float]], Floats]


def roc(rows: Rows) -> Drawing:
    """Draws each defense's ROC curve over the undefended model's."""
    name, title = "roc", "ROC of the strongest attack"
    curves = _curves(rows, "entire")
    if not curves:
        return Drawing(name, title, missing=rows.reason("roc", "curve", "attack"))
    panels = _panels(rows, curves, _thin)
    panels.names("false-positive rate", "true-positive rate")
    panels.notes({row["name"]: _note(rows, row, curve) for row, curve in curves})
    panels.ticks({0: "0", 0.5: "0.5", 1: "1"}, {0: "0", 0.5: "0.5", 1: "1"})
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
        "The number is the AUC. The grey line is the undefended model, the dotted one "
        "guessing, the band a 95 % interval at each false-positive rate."
    )
    hovers = panels.hovers({row["name"]: _words(row, curve) for row, curve in curves})
    return Drawing(name, title, finding, alt, reading, panels.figure, hovers=hovers)


def roc_low(rows: Rows) -> Drawing:
    """Draws the same curves with both axes logarithmic."""
    name, title = "roc-log", "ROC at low false-positive rates"
    curves = _curves(rows, "entire")
    if not curves:
        return Drawing(name, title, missing=rows.reason("roc", "curve", "attack"))
    panels = _panels(rows, curves, _thin_log)
    panels.ticks({0: "0.1", 1: "100"}, {0: "0.1", 1: "100"})
    panels.names("false-positive rate, %", "true-positive rate, %")
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
        "the AUC. Both axes are logarithmic, from 0.1 % to 100 %. Guessing is the "
        "dotted diagonal, the grey line the undefended model."
    )
    texts = {
        name: f"finds {percent(tpr)} at 1 % false positives" for tpr, name in found
    }
    hovers = panels.hovers(texts)
    return Drawing(name, title, finding, alt, reading, panels.figure, hovers=hovers)


def _panels(
    rows: Rows, curves: list[tuple[Defense, CurveRow]], thin: _Thin
) -> SmallPanels:
    """Draws for each row its curve and band, the undefended model's, and guessing."""
    panels = SmallPanels(rows.groups)
    line = np.array([0.0, 1.0])
    every = [row["name"] for row in rows.drawn]
    panels.lines(
        ((name, line, line) for name in every), style.MUTED, width=0.8, dotted=True
    )
    base = rows.undefended_curve()
    if base:
        places = thin(base["fpr"], base["tpr"])
        undefended = [(name, *places) for name in every if name != rows.base["name"]]
        panels.lines(undefended, style.MUTED, width=0.8, order=2)
    for family in dict.fromkeys(row["family"] for row in rows.drawn):
        own = [(row["name"], c) for row, c in curves if row["family"] == family]
        colour, _ = style.family_style(family)
        panels.fills(
            (
                (name, *_band(curve, thin))
                for name, curve in own
                if curve["tpr_low"] and curve["tpr_high"]
            ),
            colour,
            alpha=0.22,
        )
        drawn = ((name, *thin(curve["fpr"], curve["tpr"])) for name, curve in own)
        panels.lines(drawn, colour)
    style.legend(panels.figure, style.families([row for row, _ in curves]))
    return panels


def _words(row: Defense, curve: CurveRow) -> str:
    return f"{attack_words(curve['attack'])}, AUC {number(row['strongest_auc'])}"


def _band(curve: CurveRow, thin: _Thin) -> Floats:
    """Returns the outline of the interval, `(2, points)`."""
    low = thin(curve["fpr"], curve["tpr_low"] or [])
    high = thin(curve["fpr"], curve["tpr_high"] or [])
    return np.concatenate([low, high[:, ::-1]], axis=1)


def roc_slices(rows: Rows) -> Drawing:
    """Draws the ROC of the undefended model and the defenses, one panel a slice."""
    name, title = "roc-slices", "ROC by slice"
    known = dict.fromkeys(curve["slice"] for curve in rows.results["curves"])
    parts = sorted((part for part in known if _curves(rows, part)), key=_place)
    if len(parts) < 2:
        return Drawing(name, title, missing=rows.reason("slice", "curve", "attack"))
    shown = parts[:_SLICES]
    labels = {part: rows.slice_label(part) for part in shown}
    group = Group("", [_as_row(rows, part) for part in shown])
    panels = SmallPanels([group], columns=_IN_A_LINE, labels=labels)
    line = np.array([0.0, 1.0])
    diagonals = ((part, line, line) for part in shown)
    panels.lines(diagonals, style.MUTED, width=0.8, dotted=True)
    others = [row for row in rows.drawn if row is not rows.base]
    for family in dict.fromkeys(row["family"] for row in others):
        own = [row for row in others if row["family"] == family]
        panels.lines(
            _on_slices(rows, own, shown), style.family_style(family)[0], width=0.5
        )
    base = _on_slices(rows, [rows.base], shown)
    panels.lines(base, style.INK, width=1.2, order=4)
    panels.ticks({0: "0", 0.5: "0.5", 1: "1"}, {0: "0", 0.5: "0.5", 1: "1"})
    panels.names("false-positive rate", "true-positive rate")
    style.legend(panels.figure, style.families(rows.drawn))
    finding = _most_exposed(rows, shown)
    if len(parts) > len(shown):
        finding += f" In results.json: {count(len(parts) - len(shown), 'more slice')}."
    alt = (
        f"{count(len(shown), 'panel')} of ROC curves, one a slice: "
        f"{listing(rows.slice_label(part) for part in shown)}. {finding}"
    )
    reading = (
        "Each line is the strongest attack on one model, the thick one on the "
        "undefended model. A class, or the wrong "
        "answers, may leak more than the entire set does; but a slice is small, so its "
        "curve is rough, and the highest of many is high by chance alone."
    )
    hovers = tuple(
        replace(hover, names=names, text=f"{label}: {words}")
        for hover, part in zip(panels.hovers({}), shown, strict=True)
        for label in (rows.slice_label(part),)
        for names, words in (_on_slice(rows, part),)
    )
    return Drawing(name, title, finding, alt, reading, panels.figure, hovers=hovers)


def _on_slices(rows: Rows, own: list[Defense], parts: list[str]) -> list[Curve]:
    """Returns the curves of some rows on some slices."""
    return [
        (part, *_thin(curve["fpr"], curve["tpr"], _COARSE))
        for row in own
        for part in parts
        if (curve := rows.curve(row, part))
    ]


def _as_row(rows: Rows, part: str) -> Defense:
    """Returns the undefended model's row under the name of a slice, for its panel."""
    return {**rows.base, "name": part, "title": part}


def _on_slice(rows: Rows, part: str) -> tuple[tuple[str, ...], str]:
    """Returns the rows with a curve on a slice, and what leaks most there."""
    found = [row for row in rows.drawn if rows.curve(row, part)]
    aucs = [
        (attack["auc"], row["name"])
        for row in found
        if (attack := rows.strongest(row, part)) and attack["auc"] is not None
    ]
    told = [f"{name} {number(auc)}" for auc, name in sorted(aucs, reverse=True)]
    more = f", and {len(told) - _NAMED} lower" if len(told) > _NAMED else ""
    return tuple(row["name"] for row in found), ", ".join(told[:_NAMED]) + more


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
    return [(row, curve) for row in rows.drawn if (curve := rows.curve(row, part))]


def _note(rows: Rows, row: Defense, curve: CurveRow) -> str:
    """Returns the headline AUC, or a hint where the curve is of another attack."""
    strongest = rows.strongest(row)
    if strongest and strongest["attack"] != curve["attack"]:
        return f"only {style.safe_text(attack_words(curve['attack']), 8)}"
    return number(row["strongest_auc"], 2)


def _thin_log(x: list[float], y: list[float]) -> Floats:
    """Returns the same with both axes logarithmic, on the unit square."""
    return _thin(_log(x), _log(y))


def _log(values: list[float]) -> list[float]:
    decades = -math.log10(_LOWEST)
    return [1 + math.log10(max(value, _LOWEST)) / decades for value in values]


def _thin(x: list[float], y: list[float], tolerance: float = _TOLERANCE) -> Floats:
    """Returns the points of a curve that the eye needs, `(2, points)`.

    By Ramer, Douglas and Peucker: no point that is left out lies farther than
    `tolerance` of the panel from the line that is drawn.
    """
    points = place = np.array([x, y])
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
        if distance[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return points[:, keep]
