"""A figure and how far it may be off, at any level of confidence."""

from __future__ import annotations

import dataclasses
import math

from scipy import stats


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A figure with a standard error on either side.

    Args:
        value: Float.
        error_below: Float, at least 0: standard error towards smaller values.
        error_above: Float, at least 0: standard error towards larger values.
        degrees: Float, degrees of freedom of Student's t; infinite for a normal tail.
    """

    value: float
    error_below: float
    error_above: float
    degrees: float = math.inf

    @classmethod
    def from_interval(
        cls,
        value: float,
        low: float,
        high: float,
        degrees: float = math.inf,
        confidence: float = 0.95,
    ) -> Estimate:
        """Reads the errors off a two-sided interval, each side by itself.

        Args:
            value: Float.
            low: Float, lower end.
            high: Float, upper end.
            degrees: Float, degrees of freedom that the interval was made with.
            confidence: Float in (0, 1). Defaults to 0.95.
        """
        quantile = stats.t.ppf((1 + confidence) / 2, degrees)
        below, above = max(0.0, value - low), max(0.0, high - value)
        return cls(value, below / quantile, above / quantile, degrees)

    def lower(self, level: float) -> float:
        """Returns the one-sided lower bound that errs with probability `level`."""
        return self.value - stats.t.isf(level, self.degrees) * self.error_below

    def upper(self, level: float) -> float:
        """Returns the one-sided upper bound that errs with probability `level`."""
        return self.value + stats.t.isf(level, self.degrees) * self.error_above

    def p_above(self, limit: float) -> float:
        """Returns the p-value of the test that the true value is at most `limit`."""
        if self.error_below == 0:
            return 0.0 if self.value > limit else 1.0
        return float(stats.t.sf((self.value - limit) / self.error_below, self.degrees))

    def negated(self) -> Estimate:
        """Returns the estimate of the negative."""
        return Estimate(-self.value, self.error_above, self.error_below, self.degrees)
