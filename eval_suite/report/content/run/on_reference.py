"""What a defense gives away of the examples that it learns from, in words."""

from eval_suite.report.format import NOT_MEASURED
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.results.contents import Defense

_NAMED = 4


def on_reference_words(row: Defense) -> str:
    """Returns the AUC on the reference, or why there is none."""
    found = row["on_reference"]
    if found is not None:
        return number(found["auc"])
    # Of runs of earlier releases it is not known.
    return NOT_MEASURED if row.get("uses_reference", True) else "uses none"


def attacked_on_reference(rows: list[Defense]) -> list[str]:
    """Returns who was attacked on the reference, if any was, and who gives most away.

    Args:
        rows: All defenses.
    """
    aucs = {
        row["name"]: found["auc"]
        for row in rows
        if (found := row["on_reference"]) is not None
    }
    if not aucs:
        return []
    worst = max(aucs, key=lambda name: aucs[name])
    return [
        f"the reference as members, half of it in each model, of {len(aucs)} that use "
        f"it; {worst} gives most of it away, AUC {number(aucs[worst])}"
    ]


def not_attacked_on_reference(rows: list[Defense], examples: int) -> list[str]:
    """Returns what is unknown of the reference, if anything is.

    Args:
        rows: All defenses.
        examples: Integer, of the reference.
    """
    names = [
        row["name"]
        for row in rows
        if row["on_reference"] is None and row.get("uses_reference", True)
    ]
    if not names:
        return []
    known = all("uses_reference" in row for row in rows)
    learns = "learns" if len(names) == 1 else "learn"
    if len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return [
        f"the {examples:,} examples set aside as reference: {listing(names)} "
        f"{'' if known else 'may '}{learns} from them and were not attacked on them"
    ]
