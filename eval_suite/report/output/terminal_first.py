"""The first table that a run prints, long before the report."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.results.first_row import FirstRow

_HEAD = f"{'defense':24s} {'accuracy':>9s} {'asked once':>11s} {'asked often':>12s}"


def first_table(rows: Sequence[FirstRow]) -> str:
    """Returns the table as plain text.

    Args:
        rows: The undefended model, and one defense of each kind.
    """
    return "\n".join(
        [
            "A first look, at one defense of each kind (AUC of the strongest attack; "
            "0.5 is guessing):",
            _HEAD,
            *map(_line, rows),
        ]
    )


def what_follows(more: int, seconds: float) -> str:
    """Returns the line below the table.

    Args:
        more: Integer, how many defenses follow.
        seconds: Float, how long the rest of the run takes, estimated.
    """
    return (
        f"{count(more, 'more defense')}, controls and intervals follow: at least "
        f"{_in_words(seconds)} left."
    )


def _line(row: FirstRow) -> str:
    title = one_line(row["name"], 24)
    once, often = (
        "-" if auc is None else number(auc)
        for auc in (row["asked_once"], row["asked_often"])
    )
    return f"{title:24s} {percent(row['accuracy']):>9s} {once:>11s} {often:>12s}"


def _in_words(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
