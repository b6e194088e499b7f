"""One evaluation: collects what the checks record, and writes the report."""

from __future__ import annotations

import shlex
import time
from collections.abc import Generator
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eval_suite.gate.gate_keeper import GateKeeper
from eval_suite.gate.gate_keeper import GateResult
from eval_suite.options.options import Options
from eval_suite.results.contents import Results
from eval_suite.results.recorded import Recorded
from eval_suite.results.run_results import assemble
from eval_suite.results.verdict import verdict
from eval_suite.session.before_work import check_profile
from eval_suite.session.before_work import check_report_folder
from eval_suite.session.before_work import checked_defenses
from eval_suite.session.stop_signal import ended_like_ctrl_c
from eval_suite.undefended import BASE

if TYPE_CHECKING:
    from eval_suite.session.first_table import FirstTable

# The exposed records, beside the report.
_RECORDS = "records.csv"
# How the session was called, where that was from Python.
CALL = pytest.StashKey[str]()


class EvalSession:
    """Plugin of the process that talks to the user.

    Args:
        config: The session's configuration.
        options: The options as given.

    Attributes:
        results: The contents of results.json, once the checks have run.
        page: Path of the report's page, once it is written.
        gate_result: What the gates say, if there are any.

    Raises:
        pytest.UsageError: If a name or file in the options is no good, or the report
            can't be written. It is raised before any work.
    """

    def __init__(self, config: pytest.Config, options: Options) -> None:
        self._config = config
        self._options = options
        self._names: Sequence[str] = ()
        self._recorded = Recorded()
        self._start = time.perf_counter()
        self.results: Results | None = None
        self.page: Path | None = None
        self._gate: GateKeeper | None = None
        self.gate_result: GateResult | None = None
        self._interrupted = False
        from eval_suite.subjects.make_subject import check_options

        try:
            check_report_folder(options)
            checked_defenses(options)  # Said before a model is read.
            check_profile(options)
            self.subject_maker = check_options(options)
            self._options = options = self.subject_maker.options
            self._names = checked_defenses(options)
            if options.gating:
                self._gate = GateKeeper(options, self._names)
        except (ValueError, OSError) as error:
            raise pytest.UsageError(str(error)) from error
        self._first: FirstTable | None = None
        if options.report and self._names:  # Else no catalog is loaded.
            from eval_suite.session.first_table import FirstTable

            self._first = FirstTable(config, self._names)
            config.pluginmanager.register(self._first, "eval_suite_first_table")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Ends as by Ctrl-C where the process is told to end."""
        with ended_like_ctrl_c():
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps the rows and the outcome of each check."""
        self._recorded.add(getattr(report, "eval_suite_rows", []))
        if report.when == "call" or report.outcome != "passed":
            self._recorded.checks.append(
                {
                    "test": report.nodeid,
                    "outcome": report.outcome,
                    "message": _message(report),
                    "defense": getattr(report, "eval_suite_defense", None),
                }
            )

    # First, as JUnit XML is written in the same hook and shows the gates.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(
        self, session: pytest.Session, exitstatus: int | pytest.ExitCode
    ) -> None:
        """Judges and reports; an interrupted run leaves the last report in place."""
        if not (self._options.report or self._options.gating):
            return
        recorded = self._recorded
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            self._interrupted = True
            if any(row["defense"] == BASE for row in recorded.headline):
                ready = {row["defense"] for row in recorded.headline}
                names = [name for name in self._names if name in ready]
                self.results = self._assembled(names, gate=None)
            return
        if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
            return
        if all(check["outcome"] == "skipped" for check in recorded.checks):
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
            return
        gate = None
        if self._gate is not None:
            gate = self.gate_result = self._gate.judge(self._config, recorded)
            if gate.failed:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self.results = self._assembled(self._names, gate)
        if self._options.report:
            from eval_suite.report.output.report_folder import write_report

            self.page = write_report(self.results, self._options.report_folder)
            self._write_records(self.page.parent)

    def _assembled(self, names: Sequence[str], gate: GateResult | None) -> Results:
        from eval_suite.session.environment import environment

        recorded = self._recorded
        return assemble(
            recorded,
            names,
            verdict(
                recorded.checks,
                recorded.control,
                recorded.marks,
                recorded.similarity,
                gate_lines=() if gate is None else gate.verdict_lines,
                gate_failed=gate is not None and gate.failed,
            ),
            command=self._command,
            environment=environment(),
            seconds={"total": round(time.perf_counter() - self._start, 1)},
        )

    @property
    def _command(self) -> str:
        if CALL in self._config.stash:
            return self._config.stash[CALL]
        return shlex.join(["pytest", *map(str, self._config.invocation_params.args)])

    def _write_records(self, folder: Path) -> None:
        file = folder / _RECORDS
        file.unlink(missing_ok=True)  # of an earlier run
        if self._recorded.record_risk:
            from eval_suite.measurements.records.exposed_records import as_csv

            file.write_text(as_csv(self._recorded.record_risk), encoding="utf-8")

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        """Prints the table of defenses, and what the gates say."""
        if self.results is None:
            ready = self._first.ready() if self._interrupted and self._first else ""
            if ready:
                terminalreporter.section("keras-entropy: what was ready")
                terminalreporter.write_line(ready)
            return
        if self._options.report:
            from eval_suite.report.output.terminal import terminal_rows

            ready = ": what was ready" if self._interrupted else ""
            terminalreporter.section(f"keras-entropy{ready}")
            width = terminalreporter._tw.fullwidth
            terminalreporter.write_line(terminal_rows(self.results, width))
        if self.gate_result is not None:
            terminalreporter.section("keras-entropy gate")
            for line in self.gate_result.lines:
                terminalreporter.write_line(line)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Ends with the verdict and the path of the report, or how to go on."""
        if self._interrupted:
            print(
                "Interrupted: no report was written, and the last one is as it was. "
                f"{self._kept()}"
            )
        elif self.page is not None and self.results is not None:
            from eval_suite.report.output.closing_words import closing_words

            print("\n".join(closing_words(self.results)))
            print(f"report: {self.page}")

    def _kept(self) -> str:
        from eval_suite.session.cache_folder import kept_in

        folder = kept_in(self._config)
        if folder is None:
            return "Nothing that was trained is kept, as pytest keeps no cache here."
        return (
            f"What was trained and asked is kept in {folder}; the same command goes "
            f"on from there:\n{self._command}"
        )


def _message(report: pytest.TestReport) -> str:
    """Returns the one line that says what was measured and expected, or why skipped."""
    if report.outcome == "skipped":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        return str(reason).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longrepr or "")[:500]
    line = crash.message.splitlines()[0] if crash.message else ""
    return line.removeprefix("AssertionError: ")[:500]
