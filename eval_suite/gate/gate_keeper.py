"""The gate of one session: from its options to its result."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.junit import add_to_junit
from eval_suite.gate.outcome import GateRules
from eval_suite.gate.outcome import judge
from eval_suite.gate.run_identity import MismatchError
from eval_suite.gate.run_identity import check_count
from eval_suite.options.options import Options
from eval_suite.results.recorded import Recorded
from eval_suite.results.verdict import verdict
from eval_suite.undefended import BASE


@dataclasses.dataclass(frozen=True)
class GateResult:
    """The gate's part of a run's verdict.

    Args:
        failed: Whether the build should turn red.
        lines: Lines for the terminal.
        verdict_lines: Lines for the verdict in results.json.
    """

    failed: bool
    lines: Sequence[str]
    verdict_lines: Sequence[str]


class GateKeeper:
    """Holds a session to its gates.

    Args:
        options: The options of the run.
        names: The selected defenses.

    Raises:
        ValueError: If a gate is for a defense that is not evaluated, or the baseline
            can't be read or written, or is of more or fewer questions. It is raised
            before any work.
    """

    def __init__(self, options: Options, names: Sequence[str]) -> None:
        known = [BASE, *names]
        for gate in options.gates:
            if gate.defense is not None and gate.defense not in known:
                raise ValueError(
                    f"--gate {gate}: {gate.defense} is not evaluated. "
                    f"Selected: {', '.join(known)}"
                )
        baseline = None
        self._written: Path | None = None
        if options.baseline is not None and options.update_baseline:
            self._written = options.baseline
            _check_writable(options.baseline)
        elif options.baseline is not None:
            baseline = Baseline.read(options.baseline)
            try:
                check_count(baseline.identity, options.questions_asked)
            except MismatchError as error:
                raise ValueError(f"{options.baseline}: {error}") from error
        self._rules = GateRules(
            options.gates,
            # A gate without a name is for what is deployed: without a defense, the
            # model.
            list(names) or [BASE],
            baseline=baseline,
            margin=options.margin,
            strict=options.inconclusive == "fail",
        )

    def judge(self, config: pytest.Config, recorded: Recorded) -> GateResult:
        """Judges a finished run, and writes the baseline if asked to.

        Args:
            config: The session's configuration, for its JUnit XML.
            recorded: What the checks recorded.
        """
        outcome = judge(recorded, self._rules)
        add_to_junit(config, outcome)
        lines, failed = outcome.lines(), outcome.failed
        if self._written is not None:
            current = Baseline.of_run(recorded)
            ungated = verdict(recorded.checks, recorded.control)
            if current is None or ungated["status"] == "void":
                lines.append(f"{self._written} was NOT written: see above")
                failed = True
            else:
                current.write(self._written)
                lines.append(f"baseline: {self._written}")
        reasons = outcome.reasons() if failed else []
        return GateResult(failed, lines, [f"{outcome.headline()}.", *reasons])


def _check_writable(path: Path) -> None:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    usable = folder.is_dir() and os.access(folder, os.W_OK)
    if path.is_dir() or not usable:
        raise ValueError(f"--baseline {path}: can't be written there")
