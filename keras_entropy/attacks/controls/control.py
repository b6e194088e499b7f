"""The outcome of one control."""

from __future__ import annotations

import dataclasses
from typing import Literal
from typing import TypedDict

Kind = Literal["null", "positive"]


class ControlRow(TypedDict):
    """A control as plain JSON values."""

    name: str
    kind: Kind
    attack: str | None
    variant: str | None
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    expected: str | float | None
    passed: bool
    detail: str | None


@dataclasses.dataclass(frozen=True)
class Control:
    """The outcome of one control.

    Attributes:
        name: String.
        kind: String, null or positive.
        attack: String.
        variant: String, what data it ran on.
        auc: Float, as measured.
        auc_low: Float, lower end of the simultaneous interval.
        auc_high: Float, upper end.
        expected: Float: the true AUC, or the least that must be exceeded.
        passed: Boolean.
        detail: String, the rule in words.
    """

    name: str
    kind: Kind
    attack: str
    variant: str
    auc: float
    auc_low: float
    auc_high: float
    expected: float
    passed: bool
    detail: str

    @property
    def half_width(self) -> float:
        """Float, half the length of the interval."""
        return (self.auc_high - self.auc_low) / 2

    def row(self) -> ControlRow:
        """Returns the control as a dictionary of plain JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "attack": self.attack,
            "variant": self.variant,
            "auc": self.auc,
            "auc_low": self.auc_low,
            "auc_high": self.auc_high,
            "expected": self.expected,
            "passed": self.passed,
            "detail": self.detail,
        }
