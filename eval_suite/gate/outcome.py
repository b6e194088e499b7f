"""The verdict of a run's gates, and how it is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.decision import FAIL
from eval_suite.gate.decision import INCONCLUSIVE
from eval_suite.gate.decision import PASS
from eval_suite.gate.decision import Verdict
from eval_suite.gate.decision import decide
from eval_suite.gate.questions import change_questions
from eval_suite.gate.questions import limit_questions
from eval_suite.gate.run_identity import MismatchError
from eval_suite.gate.run_identity import is_paired
from eval_suite.options.gate_expression import Gate

_SHOWN_PASSES = 12
_COLUMNS = (
    "verdict",
    "defense",
    "attack",
    "metric",
    "baseline",
    "now",
    "interval",
    "limit",
)


@dataclasses.dataclass(frozen=True)
class GateOutcome:
    """What the gates say.

    Args:
        verdicts: One for each row.
        problems: Why the run as a whole fails, whatever its rows say.
        remarks: What a reader should know before the rows.
        strict: Whether an inconclusive row fails.
    """

    verdicts: Sequence[Verdict]
    problems: Sequence[str] = ()
    remarks: Sequence[str] = ()
    strict: bool = False

    @property
    def failures(self) -> list[Verdict]:
        """The rows that fail."""
        failing = (FAIL, INCONCLUSIVE) if self.strict else (FAIL,)
        return [verdict for verdict in self.verdicts if verdict.status in failing]

    @property
    def failed(self) -> bool:
        """Whether the build should turn red."""
        return bool(self.failures or self.problems)

    def reasons(self) -> list[str]:
        """Returns why the build turns red, one line each."""
        return [*self.problems, *map(describe, self.failures)]

    def headline(self) -> str:
        """Returns the verdict on one line."""
        if not self.verdicts and not self.failed:
            return "no figure was compared"
        count = {
            status: sum(verdict.status == status for verdict in self.verdicts)
            for status in (FAIL, INCONCLUSIVE, PASS)
        }
        word = "FAIL" if self.failed else "PASS"
        if word == "PASS" and count[INCONCLUSIVE]:
            word = "PASS, with a warning"
        return (
            f"{word}: {count[FAIL]} fail, {count[INCONCLUSIVE]} inconclusive, "
            f"{count[PASS]} pass"
        )

    def lines(self) -> list[str]:
        """Returns the section that a terminal shows: problems, table, verdict."""
        lines = [f"FAIL  {problem}" for problem in self.problems]
        lines += [f"note  {remark}" for remark in self.remarks]
        order = {FAIL: 0, INCONCLUSIVE: 1, PASS: 2}
        rows = sorted(self.verdicts, key=lambda verdict: order[verdict.status])
        if len(rows) > _SHOWN_PASSES:
            rows = [verdict for verdict in rows if verdict.status != PASS]
        if rows:
            lines += _table([_cells(verdict) for verdict in rows])
        lines += [
            f"{_name(v)}: {v.question.problem}" for v in rows if v.question.problem
        ]
        lines += [f"{_name(v)}: {v.decisive} would decide" for v in rows if v.decisive]
        return [*lines, self.headline()]


def judge(
    results: Mapping[str, Any],
    gates: Iterable[Gate],
    names: Sequence[str],
    *,
    baseline: Baseline | None,
    current: Baseline | None,
    drops: Sequence[Mapping[str, Any]],
    margin: float,
    strict: bool,
    exchangeability: Mapping[str, Any] | None = None,
) -> GateOutcome:
    """Holds a run to its gates and to its baseline.

    Args:
        results: Results of the run, as in results.json.
        gates: Gates with fixed limits.
        names: The defenses that a gate without a name is for.
        baseline: What to compare with, or `None`.
        current: What this run measured for a baseline; `None` if that failed.
        drops: Rows of the falls in accuracy.
        margin: Float, the rise in AUC that is accepted.
        strict: Whether an inconclusive row fails.
        exchangeability: Row that says whether members and non-members differ without
            any model; `None` where that can't be.
    """
    problems, remarks, questions = [], [], []
    confounded = exchangeability is not None and exchangeability["confounded"]
    if confounded:
        remarks.append(exchangeability["detail"])
    if results["verdict"]["status"] == "void":
        problems += [f"void: {line}" for line in results["verdict"]["lines"]]
    for gate in gates:
        questions += limit_questions(gate, results, names, drops)
    if baseline is not None and current is None:
        problems.append("the baseline could not be compared: nothing was measured")
    elif baseline is not None:
        try:
            paired = is_paired(baseline.identity, current.identity)
        except MismatchError as error:
            problems.append(f"{error}. Write a new one with --update-baseline")
        else:
            questions += change_questions(
                baseline, current, results, margin=margin, paired=paired
            )
            if not paired:
                remarks.append(
                    "the examples are not those of the baseline: compared unpaired, "
                    "which needs more of them"
                )
            added = set(current.rows) - set(baseline.rows)
            if added:
                remarks.append(
                    f"{len(added)} attacks are not in the baseline, and are not "
                    "compared until --update-baseline"
                )
    verdicts = decide(questions)
    if confounded:
        verdicts = [_doubted(verdict) for verdict in verdicts]
    return GateOutcome(verdicts, problems, remarks, strict)


def _doubted(verdict: Verdict) -> Verdict:
    """Returns a verdict of a confounded run: no attack's AUC shows that all is well."""
    question = verdict.question
    about_attack = question.attack is not None and not question.is_change
    if verdict.status != PASS or not about_attack:
        return verdict
    return dataclasses.replace(
        verdict, status=INCONCLUSIVE, decisive="only exchangeable examples"
    )


def _name(verdict: Verdict) -> str:
    question = verdict.question
    parts = (question.defense, question.attack, question.metric)
    return ", ".join(part for part in parts if part)


def describe(verdict: Verdict) -> str:
    """Returns everything about one row on one line."""
    cells = zip(_COLUMNS, _cells(verdict), strict=True)
    text = "; ".join(f"{column} {cell}" for column, cell in cells if cell)
    extra = verdict.question.problem or verdict.decisive
    return f"{text}; {extra}" if extra else text


def _cells(verdict: Verdict) -> tuple[str, ...]:
    question = verdict.question
    now = "" if question.now is None else f"{question.now:.4f}"
    baseline = "" if question.baseline is None else f"{question.baseline:.4f}"
    interval, limit = "", f"{question.sign}{question.limit:g}"
    if question.is_change:
        limit = f"margin {question.limit:g}"
    if verdict.low is not None:
        sign = "+" if question.is_change else ""
        value = question.estimate.value
        interval = f"[{verdict.low:{sign}.4f}, {verdict.high:{sign}.4f}]"
        if question.is_change:
            interval = f"{value:+.4f} {interval}"
    return (
        verdict.status,
        question.defense,
        question.attack or "",
        question.metric,
        baseline,
        now,
        interval,
        limit,
    )


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    table = [_COLUMNS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]
