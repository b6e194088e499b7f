"""The difference of two measurements, with its interval."""

from dataclasses import dataclass

from eval_suite.report.format import interval
from eval_suite.report.format import signed


@dataclass(frozen=True)
class Measurement:
    """A value with its interval; None is not measured."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Change:
    """The difference of two measurements.

    Attributes:
        value: The first minus the second, or None if either is missing.
        low: Lower end of the interval, or None if either has none.
        high: Upper end.
    """

    value: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 0."""
        if self.low is None or self.high is None:
            return False
        return not self.low <= 0 <= self.high

    @property
    def rose(self) -> bool:
        """Whether the value rose by more than its interval."""
        return self.clear and self.value is not None and self.value > 0

    @property
    def fell(self) -> bool:
        """Whether the value fell by more than its interval."""
        return self.clear and self.value is not None and self.value < 0

    def words(self, digits: int = 3) -> str:
        """Returns the change with its interval as text, or nothing."""
        if self.value is None:
            return ""
        limits = interval(self.low, self.high, digits)
        return f"{signed(self.value, digits)} {limits}".rstrip()

    def in_points(self) -> str:
        """Returns the change of a share in percentage points, with its interval."""
        scaled = (_percent(self.value), _percent(self.low), _percent(self.high))
        return Change(*scaled).words(1)


def change(new: Measurement, old: Measurement) -> Change:
    """Returns the first minus the second, taken as independent.

    The half-width of the difference is the root of the summed squares of both.
    """
    if new.value is None or old.value is None:
        return Change(None, None, None)
    value = new.value - old.value
    if new.low is None or new.high is None or old.low is None or old.high is None:
        return Change(value, None, None)
    # An interval need not be symmetric: each end with the facing end of the other.
    low = value - ((new.value - new.low) ** 2 + (old.high - old.value) ** 2) ** 0.5
    high = value + ((new.high - new.value) ** 2 + (old.value - old.low) ** 2) ** 0.5
    return Change(value, low, high)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
