"""What has changed in one model's audit since a baseline was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.decision import decide
from eval_suite.gate.outcome import GateOutcome
from eval_suite.gate.outcome import not_compared
from eval_suite.gate.questions import change_questions
from eval_suite.gate.run_identity import is_paired
from eval_suite.results.recorded import Recorded


def outcome_since(
    path: Path,
    current: Baseline,
    margin: float,
    *,
    remarks: Sequence[str] = (),
    strict: bool = False,
) -> tuple[GateOutcome, list[str]]:
    """Holds figures to those of a baseline.

    Args:
        path: The baseline's file.
        current: The figures of now.
        margin: Float, the rise in AUC that is accepted.
        remarks: Notes to be read before the decisions.
        strict: Whether an inconclusive decision fails.

    Returns:
        The outcome, and remarks on attacks that the baseline lacks, which are among
        the outcome's as well.
    """
    before = Baseline.read(path)
    paired = is_paired(before.identity, current.identity)
    questions = change_questions(
        before, current, Recorded(), margin=margin, paired=paired
    )
    added = list(not_compared(before, current))
    outcome = GateOutcome(decide(questions), remarks=[*remarks, *added], strict=strict)
    return outcome, added
