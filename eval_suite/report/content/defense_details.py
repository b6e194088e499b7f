"""The page's section on one defense: its facts, every attack on it, its slices."""

import json
from typing import Any
from typing import TypedDict

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.attack_words import kind_words
from eval_suite.report.content.claims import claims_in_words
from eval_suite.report.content.defense_table import Cell
from eval_suite.report.content.defense_table import Family
from eval_suite.report.content.defense_table import Scale
from eval_suite.report.content.defense_table import cell
from eval_suite.report.content.defense_table import family
from eval_suite.report.content.guarantees import guarantee_sentence
from eval_suite.report.content.other_sources import tf_privacy
from eval_suite.report.content.rows import Rows
from eval_suite.report.format import estimate
from eval_suite.report.format import interval
from eval_suite.report.format import number
from eval_suite.report.format import p_value
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Published
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import CanaryRow
from eval_suite.results.rows import DivergenceRow
from eval_suite.results.rows import StrongestRow
from eval_suite.results.rows import WorstOffRow

_SLICES = 10


class AttackDetails(TypedDict):
    """A row of the table of attacks; `slice` is empty for the entire set."""

    attack: str
    slice: str
    group: str
    auc: Cell
    advantage: Cell
    tpr: Cell
    size: str


class Details(TypedDict):
    """The section of one defense; `missing` is why it has no attacks."""

    name: str
    title: str
    anchor: str
    family: Family
    facts: list[tuple[str, str | None]]
    attacks: list[AttackDetails]
    slices: list[AttackDetails]
    slice_count: int
    engines: list[dict[str, str]]
    missing: str


def details(rows: Rows) -> list[Details]:
    """Returns the sections of the defenses, see `Rows.detailed`."""
    scale = Scale(rows)
    return [_details(rows, scale, row) for row in rows.detailed]


def _details(rows: Rows, scale: Scale, row: Defense) -> Details:
    attacks = sorted(rows.attacks(row["name"]), key=_by_auc)
    slices = sorted(rows.slices(row["name"]), key=_by_auc)
    return {
        "name": row["name"],
        "title": row["title"],
        "anchor": f"about-{rows.anchors[row['name']]}",
        "family": family(row),
        "facts": _facts(row),
        "attacks": [_attack(rows, scale, attack) for attack in attacks],
        "slices": [_attack(rows, scale, attack) for attack in slices[:_SLICES]],
        "slice_count": len(slices),
        "engines": tf_privacy.beside(rows.results, row["name"]),
        "missing": rows.reason("attack"),
    }


def _by_auc(attack: AttackRow) -> float:
    return -1.0 if attack["auc"] is None else -attack["auc"]


def _facts(row: Defense) -> list[tuple[str, str | None]]:
    accuracy = (row["accuracy"], row["accuracy_low"], row["accuracy_high"])
    latency = row["latency_us"] or {}
    facts: list[tuple[str, str | None]] = [
        ("Layer", row["layer"]),
        ("Configuration", _json(row["config"])),
        ("Claims", claims_in_words(row)),
        ("Reference", row["reference"]),
        ("Strongest attack, asked once", _strongest(row["asked_once"])),
        ("Strongest attack, asked often", _strongest(row["asked_often"])),
        ("Strongest attack on labels alone", _strongest(row["labels_alone"])),
        ("Accuracy, non-members", estimate(*accuracy)),
        ("Accuracy, members", percent(row["member_accuracy"])),
        ("Entropy, non-members", f"{number(row['entropy_mean'])} nats"),
        ("Jensen-Shannon distance of entropy", _divergence(row["js_entropy"])),
        (
            "Jensen-Shannon distance of cross-entropy",
            _divergence(row["js_cross_entropy"]),
        ),
        (
            "Time of one call",
            ", ".join(
                f"{value:.0f} µs at batch {size}"
                for size, value in latency.items()
                if value is not None
            )
            or None,
        ),
    ]
    if row["worst_off"]:
        facts.append(("On the worst-off 5 %", _exposed(row["worst_off"])))
    if row["canaries"]:
        facts.append(("On canaries, which are mislabelled", _found(row["canaries"])))
    if row["on_reference"]:
        facts.append(("On the reference, as members", _strongest(row["on_reference"])))
    if row.get("guarantee"):
        facts.append(("Guarantee", guarantee_sentence(row)))
    if row["known_start"]:
        facts.append(("Where the start is known", _strongest(row["known_start"])))
    if row["published"]:
        facts.append(("Published by the study", _published(row["published"])))
    return facts


def _exposed(found: WorstOffRow) -> str:
    text = f"{_strongest(found)}"
    if found["tpr"] is None:
        return text
    share = estimate(found["tpr"], found["tpr_low"], found["tpr_high"])
    text += (
        f"; a share of {share} of the members there is found at 1 % false positives "
        f"among all non-members, {number(found['population_tpr'])} of all members"
    )
    accused = found.get("realised_fpr")
    if accused is None:
        return text
    return f"{text}; of the same records {number(accused)} are accused falsely"


def _found(canaries: CanaryRow) -> str:
    text = f"{_strongest(canaries)}"
    if canaries["tpr"] is None:
        return text
    share = estimate(canaries["tpr"], canaries["tpr_low"], canaries["tpr_high"])
    return (
        f"{text}; a share of {share} of those that a model learned is found at 1 % "
        "false positives among the others"
    )


def _strongest(found: StrongestRow | None) -> str | None:
    if found is None:
        return None
    auc = estimate(found["auc"], found["auc_low"], found["auc_high"])
    return f"AUC {auc}, {attack_words(found['attack'])}"


def _json(value: dict[str, Any] | None) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None


def _published(published: Published) -> str | None:
    texts = (
        (published["accuracy_pct"], "accuracy {:g} %"),
        (published["latency_us"], "{:g} µs a call"),
        (published["auc_pct"], "attack AUC {:g} %"),
        (published["advantage_pct"], "advantage {:g} %"),
    )
    known = [text.format(value) for value, text in texts if value is not None]
    return ", ".join(known) or None


def _divergence(entry: DivergenceRow | None) -> str | None:
    if entry is None or entry["value"] is None:
        return None
    text = number(entry["value"])
    return text if entry["p"] is None else f"{text} ({p_value(entry['p'])})"


def _attack(rows: Rows, scale: Scale, attack: AttackRow) -> AttackDetails:
    auc = (attack["auc"], attack["auc_low"], attack["auc_high"])
    reason = rows.reason("attack")
    null = attack["advantage_null"]
    rate = (attack["tpr_at_fpr"] or {}).get("0.01")
    tpr = rate["tpr"] if rate else None
    return {
        "attack": attack_words(attack["attack"]),
        "slice": ""
        if attack["slice"] == "entire"
        else rows.slice_label(attack["slice"]),
        "group": kind_words(attack["group"]),
        "auc": cell(
            auc[0],
            number(auc[0]),
            reason,
            interval(*auc[1:]),
            whisker=scale.whisker(*auc),
        ),
        "advantage": cell(
            attack["advantage"],
            number(attack["advantage"])
            + ("" if null is None else f" ({number(null)})"),
            reason,
        ),
        "tpr": cell(
            tpr,
            percent(tpr),
            rows.reason("1 %", "tpr", "true-positive"),
            _percent_interval(rate["low"], rate["high"]) if rate else "",
        ),
        "size": f"{_size(attack['n_members'])}, {_size(attack['n_nonmembers'])}",
    }


def _percent_interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return interval(100 * low, 100 * high, 1)


def _size(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
