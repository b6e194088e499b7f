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

from eval_suite.gate.estimate import Estimate

FALSE_ALARM = 0.01
PROOF = 0.05
MAX_FACTOR = 1000

PASS, FAIL, INCONCLUSIVE = "pass", "fail", "inconclusive"


@dataclasses.dataclass(frozen=True)
class Question:
    """One figure of one defense, and what it is held to.

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
    units: tuple[tuple[int, str], ...] = ()
    problem: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether the change since a baseline is asked for."""
        return self.baseline is not None

    @property
    def tested(self) -> tuple[Estimate, float]:
        """The estimate and the limit that it should not exceed."""
        if self.sign == "<=":
            return self.estimate, self.limit
        return self.estimate.negated(), -self.limit


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The answer to a question.

    Args:
        question: `Question`.
        status: `pass`, `fail` or `inconclusive`.
        low: Float, lower end of the interval; `None` where there is no figure.
        high: Float, upper end.
        decisive: String, how much data would decide; `None` unless inconclusive.
    """

    question: Question
    status: str
    low: float | None = None
    high: float | None = None
    decisive: str | None = None


def decide(questions: Sequence[Question]) -> list[Verdict]:
    """Answers all questions of a run together.

    Args:
        questions: Questions, in any order.

    Returns:
        One `Verdict` for each, in the same order.
    """
    checked = [_checked(question) for question in questions]
    levels = iter(_holm_levels([q for q in checked if q.problem is None]))
    return [
        Verdict(question, FAIL)
        if question.problem is not None
        else _answer(question, next(levels))
        for question in checked
    ]


def _checked(question: Question) -> Question:
    """Returns the question, with a problem if its figures are no numbers."""
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
    return question


def _holm_levels(questions: Sequence[Question]) -> list[float]:
    """Returns the error probability that Holm's procedure leaves to each question."""
    p_values = []
    for question in questions:
        estimate, limit = question.tested
        p_values.append(estimate.p_above(limit))
    order = sorted(range(len(questions)), key=p_values.__getitem__)
    levels, stopped = [FALSE_ALARM] * len(questions), None
    for rank, index in enumerate(order):
        levels[index] = stopped or FALSE_ALARM / (len(order) - rank)
        if p_values[index] >= levels[index]:
            stopped = levels[index]
    return levels


def _answer(question: Question, level: float) -> Verdict:
    estimate, limit = question.tested
    low, high = estimate.lower(level), estimate.upper(PROOF)
    if low > limit:
        status = FAIL
    elif high <= limit:
        status = PASS
    else:
        status = INCONCLUSIVE
    decisive = None
    if status == INCONCLUSIVE:
        reach = (
            high - estimate.value if estimate.value <= limit else estimate.value - low
        )
        decisive = _decisive(question.units, reach, abs(estimate.value - limit))
    if question.sign == ">=":
        low, high = -high, -low
    return Verdict(question, status, float(low), float(high), decisive)


def _decisive(units: tuple[tuple[int, str], ...], reach: float, gap: float) -> str:
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
