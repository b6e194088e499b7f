"""The summary that a run prints: one table and one line."""

from eval_suite.report.content.advice import effects
from eval_suite.report.content.advice import recommend
from eval_suite.report.format import NOT_MEASURED
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.report.format import ratio
from eval_suite.report.format import signed

_SHOWN = 40
_EFFECTS = {
    "reference": "(compared with)",
    "weaker": "weaker",
    "unclear": "no clear change",
    "stronger": "STRONGER",
    "unmeasured": NOT_MEASURED,
}


def terminal_table(results: dict, width: int = 80) -> str:
    """Returns the table of defenses and one line of verdict as plain text.

    Args:
        results: A checked results dict.
        width: Columns of the terminal. Columns of the table are left out from the
            right until it fits; the defenses' names are shortened last.

    Returns:
        Text without control characters, its last line the verdict. At most 40
        defenses are listed.
    """
    found = effects(results)
    rows = [_cells(row, found[row["name"]]) for row in results["defenses"][:_SHOWN]]
    headers = list(rows[0])
    while len(headers) > 2 and _table_width(headers, rows) > width:
        headers.pop()
    lines = _lines(headers, rows, width)
    omitted = len(results["defenses"]) - len(rows)
    if omitted:
        lines.append(f"{count(omitted, 'more row')} in the report")
    return "\n".join([*lines, "", summary_line(results)])


def summary_line(results: dict) -> str:
    """Returns verdict, advice and controls on one line."""
    passed = sum(control["passed"] for control in results["controls"])
    controls = f"{passed} of {count(len(results['controls']), 'control')} as expected"
    status = results["verdict"]["status"].upper()
    return one_line(f"{status}. {recommend(results).headline}. {controls}.")


def _cells(row: dict, effect: str) -> dict[str, str]:
    latency = row["latency_ratio"] or {}
    auc, low, high = (row[f"strongest_auc{end}"] for end in ("", "_low", "_high"))
    return {
        "defense": one_line(row["name"], 20),
        "attack AUC": estimate(auc, low, high),
        "change": signed(row["difference_auc"]) if row["family"] != "none" else "",
        "accuracy": percent(row["accuracy"]),
        "latency": _times(latency.get("1")),
        "the attack is": _EFFECTS[effect],
        "at 256": _times(latency.get("256")),
        "entropy": number(row["entropy_normalized"], 2),
        "title": one_line(row["title"], 40),
    }


def _times(entry: dict | None) -> str:
    text = ratio(entry)
    return text if text == NOT_MEASURED else f"x{text}"


def _widths(headers: list[str], rows: list[dict]) -> list[int]:
    return [max(len(h), *(len(row[h]) for row in rows)) for h in headers]


def _table_width(headers: list[str], rows: list[dict]) -> int:
    return sum(_widths(headers, rows)) + 2 * (len(headers) - 1)


def _lines(headers: list[str], rows: list[dict], width: int) -> list[str]:
    widths = _widths(headers, rows)
    table = [dict(zip(headers, headers, strict=True)), *rows]
    lines = [
        "  ".join(row[h].ljust(w) for h, w in zip(headers, widths, strict=True))
        for row in table
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return [line.rstrip()[:width] for line in lines]
