"""One line of the table of what holds at the edge."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """How often something happened in a simulated setting.

    Attributes:
        subject: String, what is measured: `headline of one target`.
        setting: String, the data: `1000 : 50, one-hot, accuracy .98`.
        what: String, what is counted: coverage, width 0, false alarms, power.
        hits: Integer, the runs in which it happened.
        runs: Integer.
        needed: String, the share that is needed, such as `>= 95 %`.
    """

    subject: str
    setting: str
    what: str
    hits: int
    runs: int
    needed: str
