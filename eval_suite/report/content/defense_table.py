"""The cells of the table of all defenses, before they become HTML."""

from dataclasses import dataclass
from typing import TypedDict

from eval_suite.report.content import attackers
from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.claims import Badge
from eval_suite.report.content.claims import badges
from eval_suite.report.content.claims import beaten
from eval_suite.report.content.effects import EFFECT_HELP
from eval_suite.report.content.effects import EFFECT_WORDS
from eval_suite.report.content.effects import Effect
from eval_suite.report.content.guarantees import guarantee_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run.on_reference import on_reference_words
from eval_suite.report.format import NOT_MEASURED
from eval_suite.report.format import interval
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.report.format import points
from eval_suite.report.format import signed
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Published
from eval_suite.results.rows import CanaryRow
from eval_suite.results.rows import StrongestRow
from eval_suite.results.rows import WorstOffRow

_KNOWN_FAMILIES = ("none", "output-transform", "training-loss", "head")


class Family(TypedDict):
    """A family of defenses: its name, words for it, and its CSS class."""

    name: str
    text: str
    css: str


def family(row: Defense) -> Family:
    """Returns name, words and CSS class of a defense's family."""
    name = row["family"]
    return {
        "name": name,
        "text": "undefended" if name == "none" else name,
        "css": name if name in _KNOWN_FAMILIES else "other",
    }


def families(rows: Rows) -> list[Family]:
    """Returns the families in the order of their first defense."""
    return list({row["family"]: family(row) for row in rows.defenses}.values())


class Scale:
    """Maps AUCs to the width of the small interval pictures, the same for all rows.

    Args:
        rows: Their intervals set the range; 0.5 is always in it.
    """

    def __init__(self, rows: Rows) -> None:
        ends = [end for row in rows.defenses for end in _auc(row) if end is not None]
        self.low = min([0.49, *ends])
        self.high = max([0.55, *ends])
        self.base = rows.base["strongest_auc"]
        self.floor = rows.floor

    @property
    def style(self) -> str:
        """The places of 0.5, the undefended model and the floor, as CSS variables."""
        base = 0.5 if self.base is None else self.base
        # Without a floor its line lies where no picture is.
        floor = -99 if self.floor is None else self._place(self.floor["auc"])
        return f"--g:{self._place(0.5)};--b:{self._place(base)};--f:{floor}"

    def whisker(
        self, value: float | None, low: float | None, high: float | None
    ) -> str:
        """Returns the picture of an interval as CSS variables, or nothing."""
        if value is None:
            return ""
        if low is None or high is None:
            low = high = value
        return "--l:{};--v:{};--h:{}".format(*map(self._place, (low, value, high)))

    def _place(self, value: float) -> int:
        """Returns the percentage of the width; beyond the range, the nearer end."""
        share = (value - self.low) / (self.high - self.low)
        return round(4 + 92 * min(1.0, max(0.0, share)))


@dataclass(frozen=True)
class Cell:
    """One cell: its text and the key it sorts by, or why it is empty.

    Attributes:
        sort: Number or text; empty sorts last.
        text: The value.
        notes: Smaller, each on a line below it.
        attack: The attack that the value is of, or empty.
        missing: The reason why nothing was measured, else empty.
        whisker: The small picture of the interval, or empty.
        effect: The judgement on the value, or None.
    """

    sort: float | str
    text: str
    notes: tuple[str, ...] = ()
    attack: str = ""
    missing: str = ""
    whisker: str = ""
    effect: Effect | None = None

    @property
    def word(self) -> str:
        """The judgement in words."""
        return "" if self.effect is None else EFFECT_WORDS[self.effect]

    @property
    def meaning(self) -> str:
        """What the judgement means."""
        return "" if self.effect is None else EFFECT_HELP[self.effect]


def cell(
    value: float | None,
    text: str,
    reason: str,
    *notes: str | None,
    attack: str = "",
    whisker: str = "",
    effect: Effect | None = None,
) -> Cell:
    """Returns the cell of a measured value, or of a missing one with its reason."""
    if value is None:
        return Cell("", "", missing=reason)
    shown = tuple(note for note in notes if note)
    return Cell(value, text, shown, attack, whisker=whisker, effect=effect)


class TableRow(TypedDict):
    """A row of the table; `cells` by the key of their column."""

    name: str
    title: str
    anchor: str
    detailed: bool
    family: Family
    chosen: bool
    badges: list[Badge]
    cells: dict[str, Cell]


def table(rows: Rows) -> list[TableRow]:
    """Returns the rows of the table, in the order of `Rows.defenses`."""
    scale = Scale(rows)
    detailed = {row["name"] for row in rows.detailed}
    return [
        _row(rows, scale, row, detailed=row["name"] in detailed)
        for row in rows.defenses
    ]


def _row(rows: Rows, scale: Scale, row: Defense, *, detailed: bool) -> TableRow:
    return {
        "name": row["name"],
        "title": row["title"] if row["title"] != row["name"] else "",
        "anchor": rows.anchors[row["name"]],
        "detailed": detailed,
        "family": family(row),
        "chosen": row["name"] == rows.advice.defense,
        "badges": [*beaten(rows.behind.get(row["name"])), *badges(row)],
        "cells": {
            **_privacy_cells(rows, scale, row),
            **_utility_cells(rows, row),
        },
    }


def _auc(row: Defense) -> tuple[float | None, float | None, float | None]:
    """Returns the AUC of the strongest attack, and the ends of its interval."""
    return row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"]


def _privacy_cells(rows: Rows, scale: Scale, row: Defense) -> dict[str, Cell]:
    effect = rows.effects[row["name"]]
    auc = _auc(row)
    unattacked = rows.reason("auc", "attack")
    change = attackers.difference(row, rows.base)
    return {
        "auc": cell(
            auc[0],
            number(auc[0]),
            unattacked,
            interval(*auc[1:]),
            whisker=scale.whisker(*auc),
        ),
        "once": _of_kind(row["asked_once"], unattacked),
        "often": _of_kind(row["asked_often"], rows.reason_not_asked_often()),
        "known": _of_kind(row["known_start"], "no start to know"),
        "worst": _with_rates(row["worst_off"], unattacked),
        "canaries": _with_rates(row["canaries"], unattacked),
        "reference": _on_reference(row),
        "guarantee": _guarantee(row),
        "difference": Cell(0.0, "", effect=effect)
        if effect == "undefended"
        else cell(
            change.value,
            signed(change.value),
            unattacked,
            interval(change.low, change.high),
            effect=effect,
        ),
        "advantage": cell(
            row["strongest_advantage"], number(row["strongest_advantage"]), unattacked
        ),
        "gap": cell(
            row["illusion_gap"],
            signed(row["illusion_gap"]),
            rows.reason("illusion", "attack"),
        ),
    }


def _with_rates(found: WorstOffRow | CanaryRow | None, reason: str) -> Cell:
    """Returns the cell of the strongest attack on some records, and whom it accuses."""
    if found is None:
        return Cell("", "", missing=reason)
    shown = "" if found["tpr"] is None else f"{percent(found['tpr'])} found"
    falsely = found.get("realised_fpr")
    if shown and falsely is not None:
        shown = f"{percent(found['tpr']).removesuffix(' %')} / {percent(falsely)}"
    attack = attack_words(found["attack"])
    return cell(found["auc"], number(found["auc"]), "", shown or None, attack=attack)


def _on_reference(row: Defense) -> Cell:
    """Returns the cell of what a defense gives away of its reference, if it has one."""
    found = row["on_reference"]
    if found is None:
        if on_reference_words(row) == NOT_MEASURED:
            return Cell("", "", missing="no models that hold half of the reference")
        return Cell("", on_reference_words(row))
    ends = interval(found["auc_low"], found["auc_high"])
    attack = attack_words(found["attack"])
    return cell(found["auc"], on_reference_words(row), "", ends, attack=attack)


def _guarantee(row: Defense) -> Cell:
    """Returns the cell of a proved bound; where there is none, it sorts last."""
    found = row.get("guarantee")
    if found is None:
        return Cell("", guarantee_words(row))
    epsilon = f"epsilon {found['epsilon']:.3g}"
    return Cell(found["auc_bound"], guarantee_words(row), (epsilon,))


def _of_kind(found: StrongestRow | None, reason: str) -> Cell:
    """Returns the cell of the strongest attack of a kind."""
    if found is None:
        return Cell("", "", missing=reason)
    attack = attack_words(found["attack"])
    return cell(found["auc"], number(found["auc"]), reason, attack=attack)


def _latency_ratio(row: Defense, batch: str) -> float | None:
    entry = (row["latency_ratio"] or {}).get(batch)
    return entry["ratio"] if entry else None


def _utility_cells(rows: Rows, row: Defense) -> dict[str, Cell]:
    change = rows.accuracy_change(row)
    single, batch = _latency_ratio(row, "1"), _latency_ratio(row, "256")
    return {
        "accuracy": cell(
            row["accuracy"],
            percent(row["accuracy"]),
            rows.reason("accuracy"),
            "" if change is None or row is rows.base else points(change),
        ),
        "nll": cell(row["nll"], number(row["nll"]), rows.reason("nll", "calibration")),
        "ece": cell(row["ece"], number(row["ece"]), rows.reason("ece", "calibration")),
        "latency": cell(
            single,
            f"× {number(single, 2)}",
            rows.reason("latency"),
            "" if batch is None else f"× {number(batch, 2)}",
        ),
        "entropy": cell(
            row["entropy_normalized"],
            number(row["entropy_normalized"], 2),
            rows.reason("entropy"),
        ),
        "published": _published(row["published"]),
    }


def _published(published: Published | None) -> Cell:
    if published is None:
        return Cell("", "–")
    auc, accuracy = published["auc_pct"], published["accuracy_pct"]
    if auc is None and accuracy is None:
        return Cell("", "–")
    return Cell(
        "" if auc is None else auc,
        "–" if auc is None else f"AUC {auc:g} %",
        () if accuracy is None else (f"acc. {accuracy:g} %",),
    )
