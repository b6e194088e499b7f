"""The outcome of one control."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Literal
from typing import TypedDict

from keras_entropy.attacks.results import AttackResult

# All intervals of a kind of control hold together with this confidence.
SIMULTANEOUS_CONFIDENCE = 0.999

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


def selected(names: Iterable[str], attacks: Sequence[str] | None) -> tuple[str, ...]:
    """Returns the names that were asked for, all if none was named."""
    return tuple(name for name in names if attacks is None or name in attacks)


def control_of(
    kind: Kind,
    result: AttackResult,
    variant: str,
    expected: float,
    passed: bool,
    detail: str,
) -> Control:
    """Returns what an attack said as a control; the fields are those of `Control`."""
    return Control(
        name=f"{kind}: {result.attack}, {variant}",
        kind=kind,
        attack=result.attack,
        variant=variant,
        auc=result.auc,
        auc_low=result.auc_low,
        auc_high=result.auc_high,
        expected=expected,
        passed=passed,
        detail=detail,
    )
