"""The gate's answer for a whole run, and how it is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from collections.abc import Sequence

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.decision import FAIL
from eval_suite.gate.decision import INCONCLUSIVE
from eval_suite.gate.decision import PASS
from eval_suite.gate.decision import Decision
from eval_suite.gate.decision import Question
from eval_suite.gate.decision import decide
from eval_suite.gate.questions import change_questions
from eval_suite.gate.questions import limit_questions
from eval_suite.gate.run_identity import MismatchError
from eval_suite.gate.run_identity import is_paired
from eval_suite.options.gate_expression import Gate
from eval_suite.results.recorded import Recorded
from eval_suite.results.verdict import verdict

_SHOWN_PASSES = 12
_WORST_FIRST = (FAIL, INCONCLUSIVE, PASS)
# Metrics that lie from 0 to 1, which the errors of few examples exceed.
_SHARES = ("auc", "worst_off_auc", "canary_auc", "tpr", "accuracy")
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
class GateRules:
    """The limits that a run is held to.

    Args:
        gates: Gates with fixed limits.
        names: The defenses that a gate without a name is for.
        baseline: AUCs of an earlier run to compare with, or `None`.
        margin: Float, the rise in AUC against the baseline that is accepted.
        strict: Whether an inconclusive decision fails.
    """

    gates: Sequence[Gate]
    names: Sequence[str]
    baseline: Baseline | None
    margin: float
    strict: bool


@dataclasses.dataclass(frozen=True)
class GateOutcome:
    """The decisions of a run together.

    Args:
        decisions: One for each question.
        problems: Why the run as a whole fails, whatever is decided.
        remarks: Notes to be read before the decisions.
        strict: Whether an inconclusive decision fails.
    """

    decisions: Sequence[Decision]
    problems: Sequence[str] = ()
    remarks: Sequence[str] = ()
    strict: bool = False

    @property
    def failures(self) -> list[Decision]:
        """The decisions that turn the build red."""
        return [found for found in self.decisions if self.fails(found)]

    def fails(self, decision: Decision) -> bool:
        """Returns whether a decision turns the build red."""
        undecided = self.strict and decision.status == INCONCLUSIVE
        return undecided or decision.status == FAIL

    @property
    def failed(self) -> bool:
        """Whether the build should turn red."""
        return bool(self.failures or self.problems)

    def reasons(self) -> list[str]:
        """Returns why the build turns red, one line each."""
        return [*self.problems, *map(one_line, self.failures)]

    def headline(self) -> str:
        """Returns the outcome on one line."""
        if not self.decisions and not self.failed:
            return "no figure was compared"
        count = {
            status: sum(found.status == status for found in self.decisions)
            for status in _WORST_FIRST
        }
        word = "FAIL" if self.failed else "PASS"
        if word == "PASS" and count[INCONCLUSIVE]:
            word = "PASS, with a warning"
        return (
            f"{word}: {count[FAIL]} fail, {count[INCONCLUSIVE]} inconclusive, "
            f"{count[PASS]} pass"
        )

    def lines(self) -> list[str]:
        """Returns the section of a terminal: problems, remarks, table, headline."""
        lines = [f"FAIL  {problem}" for problem in self.problems]
        lines += [f"note  {remark}" for remark in self.remarks]
        shown = sorted(
            self.decisions, key=lambda found: _WORST_FIRST.index(found.status)
        )
        if len(shown) > _SHOWN_PASSES:
            shown = [decision for decision in shown if decision.status != PASS]
        if shown:
            lines += _table(list(map(_cells, shown)))
        for decision in shown:
            if decision.question.problem:
                lines.append(f"{_name(decision)}: {decision.question.problem}")
        for decision in shown:
            if decision.decisive:
                lines.append(f"{_name(decision)}: {decision.decisive} would decide")
        return [*lines, self.headline()]


def judge(recorded: Recorded, rules: GateRules) -> GateOutcome:
    """Holds a run to its limits and to its baseline.

    Args:
        recorded: What the checks recorded.
        rules: `GateRules`.
    """
    marks = recorded.marks
    remarks = [*marks]
    ungated = verdict(recorded.checks, recorded.control)
    problems = []
    if ungated["status"] == "void":
        problems += [f"void: {line}" for line in ungated["lines"]]
    questions = []
    for gate in rules.gates:
        questions += limit_questions(gate, recorded, rules.names)
    if rules.baseline is not None:
        since = _since(rules.baseline, recorded, rules.margin)
        questions += since.questions
        problems += since.problems
        remarks += since.remarks
    decisions = decide(questions)
    for needed, mark in (
        ("exchangeable examples", recorded.confounding),
        ("shadow models that resemble the target", recorded.dissimilarity),
    ):
        if mark is not None:
            decisions = [_doubted(decision, needed) for decision in decisions]
    return GateOutcome(decisions, problems, remarks, rules.strict)


@dataclasses.dataclass(frozen=True)
class _Since:
    """The comparison with a baseline: its questions, problems and remarks."""

    questions: Sequence[Question] = ()
    problems: Sequence[str] = ()
    remarks: Sequence[str] = ()


def _since(baseline: Baseline, recorded: Recorded, margin: float) -> _Since:
    """Returns what has changed since a baseline was written."""
    current = Baseline.of_run(recorded)
    if current is None:
        problem = "the baseline could not be compared: nothing was measured"
        return _Since(problems=[problem])
    try:
        paired = is_paired(baseline.identity, current.identity)
    except MismatchError as error:
        return _Since(problems=[f"{error}. Write a new one with --update-baseline"])
    questions = change_questions(
        baseline, current, recorded, margin=margin, paired=paired
    )
    remarks = []
    if not paired:
        remarks.append(
            "the examples are not those of the baseline: compared unpaired, "
            "which needs more of them"
        )
    remarks += not_compared(baseline, current)
    return _Since(questions, remarks=remarks)


def not_compared(baseline: Baseline, current: Baseline) -> Iterator[str]:
    """Yields a remark if attacks of this run are missing in the baseline.

    Whatever they find is no change: it has to be said.

    Args:
        baseline: The file's.
        current: This run's.
    """
    added = {
        key: row["auc"] for key, row in current.rows.items() if key not in baseline.rows
    }
    if added:
        defense, attack = max(added, key=added.__getitem__)
        yield (
            f"{len(added)} attacks are not in the baseline, and are not "
            "compared until --update-baseline; the strongest of them is "
            f"{attack} on {defense}, AUC {added[defense, attack]:.3f}"
        )


def _doubted(decision: Decision, needed: str) -> Decision:
    """Returns it for a run in which no attack's AUC shows that all is well."""
    question = decision.question
    about_attack = question.attack is not None and not question.is_change
    if decision.status != PASS or not about_attack:
        return decision
    return dataclasses.replace(decision, status=INCONCLUSIVE, decisive=f"only {needed}")


def _name(decision: Decision) -> str:
    question = decision.question
    parts = (question.defense, question.attack, question.metric)
    return ", ".join(part for part in parts if part)


def one_line(decision: Decision) -> str:
    """Returns everything about one decision on one line."""
    cells = zip(_COLUMNS, _cells(decision), strict=True)
    text = "; ".join(f"{column} {cell}" for column, cell in cells if cell)
    extra = decision.question.problem or decision.decisive
    return f"{text}; {extra}" if extra else text


def _cells(decision: Decision) -> tuple[str, ...]:
    question = decision.question
    limit = f"{question.sign}{question.limit:g}"
    if question.is_change:
        limit = f"margin {question.limit:g}"
    return (
        decision.status,
        question.defense,
        question.attack or "",
        question.metric,
        "" if question.baseline is None else f"{question.baseline:.4f}",
        "" if question.now is None else f"{question.now:.4f}",
        _interval(decision),
        limit,
    )


def _interval(decision: Decision) -> str:
    estimate = decision.question.estimate
    if decision.interval is None or estimate is None:
        return ""
    low, high = decision.interval
    if decision.question.is_change:
        return f"{estimate.value:+.4f} [{low:+.4f}, {high:+.4f}]"
    if decision.question.metric.partition("@")[0] in _SHARES:
        low, high = max(low, 0.0), min(high, 1.0)
    return f"[{low:.4f}, {high:.4f}]"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    table = [_COLUMNS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]
