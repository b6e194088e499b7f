"""Numbers and names as text, the same in the page, report.md and the terminal."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from eval_suite.results.contents import Defense
from eval_suite.results.contents import LatencyRatio

NOT_MEASURED = "not measured"
# C0 and C1 controls except tab and line feed, bidirectional overrides and isolates.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def number(value: float | None, digits: int = 3) -> str:
    """Returns `value` with a fixed number of decimals, or "not measured"."""
    return NOT_MEASURED if value is None else f"{value:.{digits}f}"


def signed(value: float | None, digits: int = 3) -> str:
    """Returns `value` with its sign; a rounded zero has none."""
    if value is None:
        return NOT_MEASURED
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text


def percent(value: float | None, digits: int = 1) -> str:
    """Returns a share in 0..1 as percent."""
    return NOT_MEASURED if value is None else f"{100 * value:.{digits}f} %"


def points(value: float | None, digits: int = 1) -> str:
    """Returns a difference of two shares in percentage points."""
    return NOT_MEASURED if value is None else signed(100 * value, digits)


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """Returns "[low, high]", or an empty text where there is no interval."""
    if low is None or high is None:
        return ""
    return f"[{low:.{digits}f}, {high:.{digits}f}]"


def estimate(
    value: float | None, low: float | None, high: float | None, digits: int = 3
) -> str:
    """Returns a value with its interval: "0.612 [0.603, 0.621]"."""
    return f"{number(value, digits)} {interval(low, high, digits)}".rstrip()


def ratio(entry: LatencyRatio | None, digits: int = 2) -> str:
    """Returns a latency ratio row as text: "1.04"."""
    return number(entry["ratio"] if entry else None, digits)


def p_value(p: float) -> str:
    """Returns "p = 0.03", or "p < 0.001" for what is smaller."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def called(row: Defense) -> str:
    """Returns a defense's name with its title, if that says more: "M-6 (Linear)"."""
    same = row["title"].casefold().replace(" ", "-") == row["name"].casefold()
    return row["name"] if same else f"{row['name']} ({row['title']})"


def moment(text: str) -> str:
    """Returns "2025-11-23 18:30 UTC" of an ISO 8601 time, or the text as it is."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{time:%Y-%m-%d %H:%M} {time.tzname() or ''}".rstrip()


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Returns "1 pair", "2 pairs", "1,000 classes"."""
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number:,} {noun}"


def listing(items: Iterable[str]) -> str:
    """Returns "a", "a and b", "a, b and c"."""
    items = list(items)
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def visible(text: str) -> str:
    """Returns text without control characters and changes of writing direction."""
    return _INVISIBLE.sub(" ", text)


def one_line(text: str, width: int | None = None) -> str:
    """Returns hostile text harmless on a line of its own.

    Control and format characters (line breaks, terminal escapes, changes of writing
    direction) become spaces, runs of spaces one, and what is longer than `width`
    ends in "...".
    """
    safe = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    safe = " ".join(safe.split())
    if width is not None and len(safe) > width:
        safe = safe[: max(0, width - 3)].rstrip() + "..."
    return safe
