"""The rows that the checks of a run recorded, a list for each table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import Protocol
from typing import TypedDict
from typing import TypeVar

from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import AucRow
from eval_suite.results.rows import BesideRow
from eval_suite.results.rows import CheckRow
from eval_suite.results.rows import ControlRow
from eval_suite.results.rows import CurveRow
from eval_suite.results.rows import DifferenceRow
from eval_suite.results.rows import DistributionRow
from eval_suite.results.rows import DropRow
from eval_suite.results.rows import ExchangeabilityRow
from eval_suite.results.rows import FrontierRow
from eval_suite.results.rows import HeadlineRow
from eval_suite.results.rows import LatencyRow
from eval_suite.results.rows import NotMeasuredRow
from eval_suite.results.rows import NullRunRow
from eval_suite.results.rows import RecordRiskRow
from eval_suite.results.rows import RunIdentity
from eval_suite.results.rows import RunRow
from eval_suite.results.rows import ShadowCountRow
from eval_suite.results.rows import UtilityRow


class Record(Protocol):
    """The fixture `record`: adds a row to a table."""

    def __call__(self, table: str, **fields: Any) -> None:
        """Adds a row.

        Args:
            table: A field of `Recorded`.
            **fields: Those of the table's row, plain JSON values.
        """


@dataclasses.dataclass(frozen=True)
class Recorded:
    """All rows of a run, by the name of their table, in the order recorded."""

    run: list[RunRow] = dataclasses.field(default_factory=list)
    control: list[ControlRow] = dataclasses.field(default_factory=list)
    attack: list[AttackRow] = dataclasses.field(default_factory=list)
    curve: list[CurveRow] = dataclasses.field(default_factory=list)
    distribution: list[DistributionRow] = dataclasses.field(default_factory=list)
    utility: list[UtilityRow] = dataclasses.field(default_factory=list)
    headline: list[HeadlineRow] = dataclasses.field(default_factory=list)
    difference: list[DifferenceRow] = dataclasses.field(default_factory=list)
    latency: list[LatencyRow] = dataclasses.field(default_factory=list)
    frontier: list[FrontierRow] = dataclasses.field(default_factory=list)
    shadow_count: list[ShadowCountRow] = dataclasses.field(default_factory=list)
    tf_privacy: list[BesideRow] = dataclasses.field(default_factory=list)
    tf_privacy_null: list[NullRunRow] = dataclasses.field(default_factory=list)
    exchangeability: list[ExchangeabilityRow] = dataclasses.field(default_factory=list)
    not_measured: list[NotMeasuredRow] = dataclasses.field(default_factory=list)
    record_risk: list[RecordRiskRow] = dataclasses.field(default_factory=list)
    gate_identity: list[RunIdentity] = dataclasses.field(default_factory=list)
    gate_auc: list[AucRow] = dataclasses.field(default_factory=list)
    gate_drop: list[DropRow] = dataclasses.field(default_factory=list)
    checks: list[CheckRow] = dataclasses.field(default_factory=list)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Adds rows to their tables.

        Args:
            rows: As `record` made them: the fields of a row, and its `table`.

        Raises:
            ValueError: If there is no such table.
        """
        for row in rows:
            fields = dict(row)
            table = getattr(self, fields.pop("table"), None)
            if not isinstance(table, list):
                raise ValueError(f"No table {row['table']!r} to record a row in")
            table.append(fields)

    @property
    def pairs(self) -> int:
        """Number of complementary pairs of models; 0 outside a membership game."""
        return (self.run[0]["profile"]["pairs"] if self.run else None) or 0

    @property
    def confounding(self) -> str | None:
        """Sentence that says that members differ without any model, if they do."""
        for row in self.exchangeability[:1]:
            if row["confounded"]:
                return row["detail"]
        return None


class _OfDefense(TypedDict):
    defense: str


_Row = TypeVar("_Row", bound=_OfDefense)


def of_defense(rows: Iterable[_Row], name: str) -> list[_Row]:
    """Returns the rows of one defense, in the order recorded.

    Args:
        rows: Those of one table.
        name: Name of the defense, or `"base"`.
    """
    return [row for row in rows if row["defense"] == name]
