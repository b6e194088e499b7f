"""Pass, fail or inconclusive: figures held to limits by the bounds of their intervals.

Every row asks one question: is a figure, or its change since the baseline, above its
limit? It fails only if it is shown to be above: the lower bound lies above the limit,
with at most 1 % false alarms over all rows together (Holm, 1979). It passes only if it
is shown not to be: the upper bound, at 95 %, lies at or below the limit. As every row
has to pass, that needs no correction (intersection-union test).

Where the figure is the strongest attack's, every attack's own upper bound has to be
there: the figure averages what two halves of the data chose, and where they choose
different attacks it lies below the strongest. That needs no correction either. What
neither fails nor passes is inconclusive, and more examples would decide it.

A claimed epsilon has no upper bound: it passes if the audit could have refuted it, and
did not.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Final
from typing import Literal

import numpy as np

from eval_suite.gate.claimed_epsilon import ClaimedEpsilon
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
        each: By name, estimates of the attacks that the figure was chosen among: a
            pass needs the bound of every one.
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
    each: Mapping[str, Estimate] = dataclasses.field(default_factory=dict)

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
        interval: The lower bound of the figure, and the largest upper bound, its own or
            that of an attack that it was chosen among; `None` where there is no figure.
        decisive: String, how much data would decide; `None` unless inconclusive.
    """

    question: Question
    status: Status
    interval: tuple[float, float] | None = None
    decisive: str | None = None


@dataclasses.dataclass(frozen=True)
class _Test:
    """A question that can be decided: estimates that should not exceed a limit.

    The first, without a name, is the figure's own; a pass needs the others as well.
    """

    question: Question
    estimate: Estimate
    limit: float
    each: Mapping[str, Estimate]

    @property
    def passing(self) -> dict[str, Estimate]:
        """The estimates whose upper bounds decide on a pass."""
        return {"": self.estimate, **self.each}


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
    for name, found in {"": estimate, **question.each}.items():
        figures = (found.value, found.error_below, found.error_above)
        # Negated, so that NaN does not slip through.
        if not all(map(math.isfinite, figures)):
            shown = ", ".join(f"{figure:g}" for figure in figures)
            of = f" of {name}" if name else ""
            return dataclasses.replace(
                question, problem=f"not a number (value and errors{of}: {shown})"
            )
    if question.sign == "<=":
        return _Test(question, estimate, question.limit, question.each)
    each = {name: found.negated() for name, found in question.each.items()}
    return _Test(question, estimate.negated(), -question.limit, each)


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
    question = test.question
    if isinstance(test.estimate, ClaimedEpsilon):
        return _answer_claim(question, test.estimate, level)
    low = test.estimate.lower(level)
    high = max(found.upper(PROOF) for found in test.passing.values())
    status: Status = INCONCLUSIVE
    if low > test.limit:
        status = FAIL
    elif high <= test.limit:
        status = PASS
    decisive = _decisive(test, low) if status == INCONCLUSIVE else None
    if question.sign == ">=":
        low, high = -high, -low
    return Decision(question, status, (float(low), float(high)), decisive)


def _answer_claim(question: Question, claim: ClaimedEpsilon, level: float) -> Decision:
    low = claim.lower(level)
    interval = low, claim.upper(PROOF)
    if low > question.limit:
        return Decision(question, FAIL, interval)
    if claim.could_refute(question.limit, level):
        return Decision(question, PASS, interval)
    needed = claim.needed(question.limit, level)
    return Decision(question, INCONCLUSIVE, interval, needed)


def _decisive(test: _Test, low: float) -> str:
    """Returns how much data would make the bounds reach no further than the limit."""
    value, limit = test.estimate.value, test.limit
    reaches = {"": (value - low, value - limit)}
    if value <= limit:
        reaches = {
            name: (found.upper(PROOF) - found.value, limit - found.value)
            for name, found in test.passing.items()
        }
    times = {name: _times(*reach) for name, reach in reaches.items()}
    last = max(times, key=times.__getitem__)
    factor = times[last]
    # Of the figure itself, whose attack the row names, nothing is added.
    of = f" ({last} is the last to be decided)" if last else ""
    if factor > MAX_FACTOR:
        return (
            f"more than {MAX_FACTOR} times the data: {last or 'the figure'} is at the "
            "limit"
        )
    units = test.question.units
    counts = " + ".join(f"{_rounded_up(n * factor):,} {noun}" for n, noun in units)
    return (f"about {counts}" if units else f"about {factor:.2g} times the data") + of


def _times(reach: float, gap: float) -> float:
    """Returns how many times the data would shrink a reach to a gap."""
    return (reach / gap) ** 2 if gap > 0 else math.inf


def _rounded_up(number: float) -> int:
    """Returns the number rounded up to two significant digits."""
    step = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return math.ceil(number / step) * step
