"""The gate of one session: what it was told, and what it says."""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import pytest

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.junit import add_to_junit
from eval_suite.gate.outcome import judge
from eval_suite.options.options import Options
from eval_suite.undefended import BASE


class GateKeeper:
    """Holds a session to its gates.

    Args:
        options: The options of the run.
        names: The selected defenses.

    Raises:
        ValueError: If a gate is for a defense that is not evaluated, or the baseline
            can't be read or written: said before any work.
    """

    def __init__(self, options: Options, names: Sequence[str]) -> None:
        self.lines: list[str] = []
        self._options = options
        # A gate without a name is for what is deployed: without a defense, the model.
        self._names = list(names) or [BASE]
        known = [BASE, *names]
        for gate in options.gates:
            if gate.defense is not None and gate.defense not in known:
                raise ValueError(
                    f"--gate {gate}: {gate.defense} is not evaluated. "
                    f"Selected: {', '.join(known)}"
                )
        self._baseline = None
        if options.update_baseline:
            _check_writable(options)
        elif options.baseline is not None:
            self._baseline = Baseline.read(options.baseline)

    def judge(
        self,
        config: pytest.Config,
        results: dict[str, Any],
        rows: Iterable[dict[str, Any]],
    ) -> bool:
        """Judges a finished run, and writes the baseline if asked to.

        Args:
            config: The session's configuration, for its JUnit XML.
            results: Results of the run; their verdict gets the gate's.
            rows: What the checks recorded.

        Returns:
            Whether the build should turn red.
        """
        options = self._options
        tables: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            fields = {key: value for key, value in row.items() if key != "table"}
            tables.setdefault(row["table"], []).append(fields)
        identities = tables.get("gate_identity")
        measured = tables.get("gate_auc")
        current = None
        if identities and measured:
            current = Baseline.of(identities[0], measured)
        outcome = judge(
            results,
            options.gates,
            self._names,
            baseline=self._baseline,
            current=current,
            drops=tables.get("gate_drop", ()),
            margin=options.margin,
            strict=options.inconclusive == "fail",
            exchangeability=next(iter(tables.get("exchangeability", ())), None),
        )
        self.lines = outcome.lines()
        failed = outcome.failed
        if options.update_baseline:
            if current is None or results["verdict"]["status"] == "void":
                self.lines.append(f"{options.baseline} was NOT written: see above")
                failed = True
            else:
                current.write(options.baseline)
                self.lines.append(f"baseline: {options.baseline}")
        add_to_junit(config, outcome)
        verdict = results["verdict"]
        verdict["lines"].append(f"Gate: {outcome.headline()}.")
        if failed:
            verdict["lines"] += [f"Gate: {line}" for line in outcome.reasons()]
            if verdict["status"] == "pass":
                verdict["status"] = "fail"
        return failed


def _check_writable(options: Options) -> None:
    folder = options.baseline.parent
    while not folder.exists():
        folder = folder.parent
    usable = folder.is_dir() and os.access(folder, os.W_OK)
    if options.baseline.is_dir() or not usable:
        raise ValueError(f"--baseline {options.baseline}: can't be written there")
