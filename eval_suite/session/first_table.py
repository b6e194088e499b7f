"""Prints the first table of a run, when all of its rows have come."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from eval_suite.options.first_names import first_names
from eval_suite.report.output.terminal_first import first_table
from eval_suite.report.output.terminal_first import what_follows
from eval_suite.results.first_row import FirstRow
from eval_suite.undefended import BASE


class FirstTable:
    """Plugin of the process that talks to the user.

    The rows come with the reports of checks, also from several of xdist's workers.

    Args:
        config: The session's configuration.
        names: Names of the selected defenses.
    """

    def __init__(self, config: pytest.Config, names: Sequence[str]) -> None:
        self._config = config
        self._shown = [BASE, *first_names(names)]
        self._more = len(names) - len(self._shown) + 1
        self._rows: dict[str, FirstRow] = {}
        self._start = time.perf_counter()

    # Last, as the table comes below the dots.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps the rows, and prints them with the last one."""
        new: list[FirstRow] = getattr(report, "eval_suite_first", [])
        if not new:
            return
        self._rows |= {row["name"]: row for row in new}
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or not set(self._shown) <= set(self._rows):
            return
        rows = [self._rows[name] for name in self._shown]
        # As if each of the others took as long as each of these.
        left = (time.perf_counter() - self._start) * self._more / len(rows)
        reporter.ensure_newline()
        reporter.write_line(f"\n{first_table(rows)}\n{what_follows(self._more, left)}")

    def ready(self) -> str:
        """Returns the table of the rows that have come, or nothing."""
        rows = [self._rows[name] for name in self._shown if name in self._rows]
        return first_table(rows) if rows else ""
