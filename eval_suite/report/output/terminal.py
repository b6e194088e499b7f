"""The summary that a run prints: one table and one line."""

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import advise
from eval_suite.report.content.effects import EFFECT_WORDS
from eval_suite.report.content.effects import Effect
from eval_suite.report.content.effects import effects
from eval_suite.report.content.run.one_training import bound_line
from eval_suite.report.format import NOT_MEASURED
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.report.format import ratio
from eval_suite.report.format import signed
from eval_suite.results.contents import Defense
from eval_suite.results.contents import LatencyRatio
from eval_suite.results.contents import Results

_SHOWN = 40
_KINDS = ("asked once", "often", "known start")
_EXPOSED = "worst-off"
_CANARIES = "canaries"
_REFERENCE = "reference"
_NOBODY = "-"


def terminal_table(results: Results, width: int = 80) -> str:
    """Returns the table of defenses and one line of verdict as plain text.

    Args:
        results: Checked results.
        width: As for `terminal_rows`.
    """
    return f"{terminal_rows(results, width)}\n\n{summary_line(results)}"


def terminal_rows(results: Results, width: int = 80) -> str:
    """Returns the table of defenses as plain text.

    Args:
        results: Checked results.
        width: Columns of the terminal. Those of attackers of whom there is no figure
            are left out, and others from the right until the table fits; the defenses'
            names are shortened last.

    Returns:
        Text without control characters. At most 40 defenses are listed, the most
        private first, and the label floor below them; then a line for each bound on
        epsilon.
    """
    found = effects(results)
    shown = attackers.ordered(results)[:_SHOWN]
    rows = [_cells(row, shown[0], found[row["name"]]) for row in shown]
    headers = [
        header
        for header in rows[0]
        if header not in (*_KINDS, _EXPOSED, _CANARIES, _REFERENCE)
        or any(row[header] != _NOBODY for row in rows)
    ]
    floor = attackers.measured(attackers.label_floor(results))
    if floor.value is not None:
        auc = estimate(floor.value, floor.low, floor.high)
        empty = dict.fromkeys(rows[0], "")
        rows.append({**empty, "defense": "(label floor)", "attack AUC": auc})
    while len(headers) > 2 and _table_width(headers, rows) > width:
        headers.pop()
    lines = _lines(headers, rows, width)
    omitted = len(results["defenses"]) - len(shown)
    if omitted:
        lines.append(f"{count(omitted, 'more row')} in the report")
    bounds = map(bound_line, results.get("one_training", []))
    lines += map(one_line, bounds)
    return "\n".join(lines)


def summary_line(results: Results) -> str:
    """Returns verdict, advice and controls on one line."""
    passed = sum(control["passed"] for control in results["controls"])
    controls = f"{passed} of {count(len(results['controls']), 'control')} as expected"
    status = results["verdict"]["status"].upper()
    advice = advise(results)
    line = f"{status}. {advice.headline}. {controls}. {advice.caveat}"
    return one_line(line.rstrip())


def _cells(row: Defense, base: Defense, effect: Effect) -> dict[str, str]:
    latency = row["latency_ratio"] or {}
    auc = (row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"])
    change = attackers.difference(row, base)
    kinds = (row["asked_once"], row["asked_often"], row["known_start"])
    exposed, canaries = row["worst_off"], row["canaries"]
    reference = row["on_reference"]
    return {
        "defense": one_line(row["name"], 20),
        "attack AUC": estimate(*auc),
        **{
            header: number(kind["auc"]) if kind else _NOBODY
            for header, kind in zip(_KINDS, kinds, strict=True)
        },
        "change": "" if row is base else signed(change.value),
        "accuracy": percent(row["accuracy"]),
        _EXPOSED: number(exposed["auc"]) if exposed else _NOBODY,
        _CANARIES: number(canaries["auc"]) if canaries else _NOBODY,
        "latency": _times(latency.get("1")),
        "effect": _effect(effect),
        _REFERENCE: number(reference["auc"]) if reference else _NOBODY,
        "at 256": _times(latency.get("256")),
        "entropy": number(row["entropy_normalized"], 2),
        "title": one_line(row["title"], 40),
    }


def _effect(effect: Effect) -> str:
    """Returns the words for an effect, made to stand out without colours."""
    words = EFFECT_WORDS[effect]
    if effect == "undefended":
        return f"({words})"
    return words.upper() if effect == "more" else words


def _times(entry: LatencyRatio | None) -> str:
    text = ratio(entry)
    return text if text == NOT_MEASURED else f"x{text}"


def _widths(headers: list[str], rows: list[dict[str, str]]) -> list[int]:
    return [max(len(h), *(len(row[h]) for row in rows)) for h in headers]


def _table_width(headers: list[str], rows: list[dict[str, str]]) -> int:
    return sum(_widths(headers, rows)) + 2 * (len(headers) - 1)


def _lines(headers: list[str], rows: list[dict[str, str]], width: int) -> list[str]:
    widths = _widths(headers, rows)
    table = [dict(zip(headers, headers, strict=True)), *rows]
    lines = [
        "  ".join(row[h].ljust(w) for h, w in zip(headers, widths, strict=True))
        for row in table
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return [line.rstrip()[:width] for line in lines]
