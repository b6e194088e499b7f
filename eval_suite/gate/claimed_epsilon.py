"""A claimed epsilon, and the right guesses of coins that may refute it.

A lower bound can refute a claim and never prove it: the upper end of its interval is
infinite. A claim that is not refuted, though it could have been, passes.
"""

from __future__ import annotations

import dataclasses
import math

from eval_suite.gate.estimate import Estimate
from eval_suite.results.rows import OneTrainingRow
from keras_entropy.attacks.leakage.guesses import p_value
from keras_entropy.attacks.leakage.guesses import refuted_epsilon

_MOST_RECORDS = 100_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClaimedEpsilon(Estimate):
    """A lower bound on epsilon, at any level.

    Args:
        correct: Integer, how many guesses are right.
        guesses: Integer, how many were made.
        records: Integer, how many coins the bound rests on.
        share: Float, their part of the plan's records; on the others was chosen.
        delta: Float, of (epsilon, delta).
    """

    correct: int
    guesses: int
    records: int
    share: float
    delta: float

    @classmethod
    def of_row(cls, row: OneTrainingRow) -> ClaimedEpsilon:
        """Reads the guesses off a row."""
        return cls(
            value=row["epsilon"],
            error_below=0.0,
            error_above=0.0,
            correct=row["correct"],
            guesses=row["guessed_in"] + row["guessed_out"],
            records=row["records"],
            share=row["records"] / (row["records"] + row["chosen_on"]),
            delta=row["delta"],
        )

    def lower(self, level: float) -> float:
        return refuted_epsilon(
            self.correct, self.guesses, self.records, delta=self.delta, level=level
        )

    def upper(self, level: float) -> float:
        return math.inf

    def p_above(self, limit: float) -> float:
        return p_value(self.correct, self.guesses, self.records, limit, self.delta)

    def could_refute(self, limit: float, level: float) -> bool:
        """Returns whether right guesses alone would have refuted a claim.

        Args:
            limit: Float, the claim.
            level: Float in (0, 1), the probability of a false alarm.
        """
        return self._refutes(self.records, limit, level)

    def needed(self, limit: float, level: float) -> str:
        """Returns how many records of a plan would do, in words.

        Args:
            limit: Float, the claim.
            level: Float in (0, 1), the probability of a false alarm.
        """
        records = max(1, self.records)
        while not self._refutes(records, limit, level):
            records = math.ceil(records * 1.1)
            if records > _MOST_RECORDS:
                return f"more than {_MOST_RECORDS:,} held-out records"
        count = math.ceil(records / self.share)
        step = 10 ** max(0, math.floor(math.log10(count)) - 1)
        return f"about {math.ceil(count / step) * step:,} held-out records"

    def _refutes(self, records: int, limit: float, level: float) -> bool:
        # A delta takes far longer, and what is not refuted without it is not with it.
        return all(
            p_value(records, records, records, limit, delta) <= level
            for delta in (0.0, self.delta)
        )
