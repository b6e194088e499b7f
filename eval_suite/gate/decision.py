"""Pass, fail or inconclusive: figures held to limits by the bounds of their intervals.

Every row asks one question: is a figure, or its change since the baseline, above its
limit? It fails only if it is shown to be above: the lower bound lies above the limit,
with at most 1 % false alarms over all rows together (Holm, 1979). It passes only if it
is shown not to be: the upper bound, at 95 %, lies at or below the limit. As every row
has to pass, that needs no correction (intersection-union test). What is neither is
inconclusive, and more examples would decide it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Final
from typing import Literal

import numpy as np

from eval_suite.gate.estimate import Estimate
from keras_entropy.attacks.statistics.holm import holm

FALSE_ALARM = 0.01
PROOF = 0.05
MAX_FACTOR = 1000

Status = Literal["pass", "fail", "inconclusive"]
PASS: Final = "pass"
FAIL: Final = "fail"
INCONCLUSIVE: Final = "inconclusive"

# The data that an interval rests on, such as `((800, "members"),)`.
Units = tuple[tuple[int, str], ...]


@dataclasses.dataclass(frozen=True)
class Question:
    """One figure of one defense, and the limit that it is held to.

    Args:
        defense: Name.
        metric: String, as in a gate expression.
        limit: Float: the limit of the gate, or the margin of the change.
        sign: `<=`, or `>=` where more is better.
        attack: Name, or `None` where no attack is involved.
        now: Float, the figure of this run.
        baseline: Float, the figure of the baseline, or `None` for a fixed limit.
        estimate: `Estimate` of what is held to the limit: the figure, or its change.
        units: What the interval rests on, as (number, noun) pairs.
        problem: String, why there is no figure; the row fails then.
    """

    defense: str
    metric: str
    limit: float
    sign: str = "<="
    attack: str | None = None
    now: float | None = None
    baseline: float | None = None
    estimate: Estimate | None = None
    units: Units = ()
    problem: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether the change since a baseline is asked for."""
        return self.baseline is not None


@dataclasses.dataclass(frozen=True)
class Decision:
    """The answer to a question.

    Args:
        question: `Question`.
        status: `pass`, `fail` or `inconclusive`.
        interval: Lower and upper end of the figure's interval, floats; `None` where
            there is no figure.
        decisive: String, how much data would decide; `None` unless inconclusive.
    """

    question: Question
    status: Status
    interval: tuple[float, float] | None = None
    decisive: str | None = None


@dataclasses.dataclass(frozen=True)
class _Test:
    """A question that can be decided: an estimate that should not exceed a limit."""

    question: Question
    estimate: Estimate
    limit: float


def decide(questions: Sequence[Question]) -> list[Decision]:
    """Answers all questions of a run together.

    Args:
        questions: Questions, in any order.

    Returns:
        One `Decision` for each, in the same order.
    """
    tests = [_test(question) for question in questions]
    decidable = [test for test in tests if isinstance(test, _Test)]
    answers = iter(map(_answer, decidable, _holm_levels(decidable)))
    return [
        next(answers) if isinstance(test, _Test) else Decision(test, FAIL)
        for test in tests
    ]


def _test(question: Question) -> _Test | Question:
    """Returns the test, or the question with the problem that prevents one."""
    if question.problem is not None:
        return question
    estimate = question.estimate
    if estimate is None:
        return dataclasses.replace(question, problem="not measured")
    figures = (estimate.value, estimate.error_below, estimate.error_above)
    # Negated, so that NaN does not slip through.
    if not all(map(math.isfinite, figures)):
        shown = ", ".join(f"{figure:g}" for figure in figures)
        return dataclasses.replace(
            question, problem=f"not a number (value and errors: {shown})"
        )
    if question.sign == "<=":
        return _Test(question, estimate, question.limit)
    return _Test(question, estimate.negated(), -question.limit)


def _holm_levels(tests: Sequence[_Test]) -> list[float]:
    """Returns the error probability that Holm's procedure leaves to each test.

    The smallest p-value is held to the false alarms over the number of tests, the next
    to those over one test less, and so on; from the first that exceeds its level, all
    have the level of that one.
    """
    p_values = [test.estimate.p_above(test.limit) for test in tests]
    rejected = int((holm(p_values) < FALSE_ALARM).sum())
    ranks = np.argsort(np.argsort(p_values, kind="stable"), kind="stable")
    return [FALSE_ALARM / (len(tests) - min(int(rank), rejected)) for rank in ranks]


def _answer(test: _Test, level: float) -> Decision:
    estimate, limit, question = test.estimate, test.limit, test.question
    low, high = estimate.lower(level), estimate.upper(PROOF)
    status: Status = INCONCLUSIVE
    if low > limit:
        status = FAIL
    elif high <= limit:
        status = PASS
    decisive = None
    if status == INCONCLUSIVE:
        reach = (
            high - estimate.value if estimate.value <= limit else estimate.value - low
        )
        decisive = _decisive(question.units, reach, abs(estimate.value - limit))
    if question.sign == ">=":
        low, high = -high, -low
    return Decision(question, status, (float(low), float(high)), decisive)


def _decisive(units: Units, reach: float, gap: float) -> str:
    """Returns how many units would make the interval reach no further than the gap."""
    if reach > gap * math.sqrt(MAX_FACTOR):
        return f"more than {MAX_FACTOR} times the data: the figure is at the limit"
    factor = (reach / gap) ** 2
    counts = " + ".join(f"{_rounded_up(n * factor):,} {noun}" for n, noun in units)
    return f"about {counts}" if units else f"about {factor:.2g} times the data"


def _rounded_up(number: float) -> int:
    """Returns the number rounded up to two significant digits."""
    step = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return math.ceil(number / step) * step
