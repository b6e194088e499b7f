"""What was not measured, by its reason: one reason may hold for hundreds of figures."""

import re
from dataclasses import dataclass
from dataclasses import field

from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.results.contents import Results

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NAMED = 12


@dataclass
class Missing:
    """Figures that are missing for one reason.

    Attributes:
        reason: It, with a range where reasons differ in their numbers alone.
        figures: How many are missing.
        what: Each kind of figure once, in the order of the run.
        rows: Names of the rows that lack it; empty where the run names none.
        every: How many rows the run has.
    """

    reason: str
    figures: int
    what: list[str]
    rows: list[str]
    every: int

    def words(self) -> str:
        """Returns the line: the reason, the number of figures, and their rows."""
        kinds = _first(self.what)
        text = f"{self.reason}: {count(self.figures, 'figure')} ({kinds})"
        if not self.rows:
            return text
        if len(self.rows) == self.every:
            return f"{text}, on all {self.every} rows"
        return f"{text}, on {count(len(self.rows), 'row')}: {listing(self.rows)}"


@dataclass
class _Group:
    reasons: list[str] = field(default_factory=list)
    figures: int = 0
    what: dict[str, None] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)


def by_reason(results: Results) -> list[Missing]:
    """Groups what was not measured by its reason, the most frequent first.

    Args:
        results: Checked results. An entry may end with the rows it is of, in brackets:
            "loss on incorrect (base, M-1)".

    Returns:
        One entry a reason. Reasons that differ in their numbers alone are one.
    """
    names = [row["name"] for row in results["defenses"]]
    groups: dict[str, _Group] = {}
    for entry in results["not_measured"]:
        group = groups.setdefault(_NUMBER.sub("#", entry["reason"]), _Group())
        what, rows = _split(entry["what"], names)
        group.reasons.append(entry["reason"])
        group.figures += max(1, len(rows))
        group.what[what] = None
        group.rows.update(rows)
    return [
        Missing(
            _with_ranges(group.reasons),
            group.figures,
            list(group.what),
            [name for name in names if name in group.rows],
            len(names),
        )
        for group in sorted(groups.values(), key=lambda group: -group.figures)
    ]


def _split(what: str, names: list[str]) -> tuple[str, list[str]]:
    """Returns the figure, and the rows in brackets behind it if they are rows."""
    head, bracket, tail = what.rpartition(" (")
    rows = list(dict.fromkeys(tail.removesuffix(")").split(", ")))
    if not bracket or not tail.endswith(")") or not set(rows) <= set(names):
        return what, []
    return head, rows


def _with_ranges(reasons: list[str]) -> str:
    """Returns one text for reasons that differ in their numbers alone."""
    columns = list(zip(*map(_NUMBER.findall, reasons), strict=True))
    ranges = iter(
        column[0]
        if len(set(column)) == 1
        else f"{min(column, key=_value)} to {max(column, key=_value)}"
        for column in columns
    )
    return _NUMBER.sub(lambda _: next(ranges), reasons[0])


def _value(text: str) -> float:
    return float(text.replace(",", ""))


def _first(texts: list[str]) -> str:
    more = len(texts) - _NAMED
    return ", ".join(texts[:_NAMED]) + (f" and {more} more" if more > 0 else "")
