"""The rows that the checks of a run recorded, a list for each table."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NotRequired
from typing import TypedDict
from typing import TypeVar
from typing import get_args
from typing import get_origin
from typing import get_type_hints
from typing import is_typeddict

from eval_suite.results.doctor.rows import CellRow
from eval_suite.results.doctor.rows import ClaimRow
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.doctor.rows import EntropyRow
from eval_suite.results.gate_rows import AucRow
from eval_suite.results.gate_rows import BoundRow
from eval_suite.results.gate_rows import DropRow
from eval_suite.results.gate_rows import RunIdentity
from eval_suite.results.guarantee_row import GuaranteeRow
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import BesideControlRow
from eval_suite.results.rows import BesideRow
from eval_suite.results.rows import CheckRow
from eval_suite.results.rows import ControlRow
from eval_suite.results.rows import CurveRow
from eval_suite.results.rows import DifferenceRow
from eval_suite.results.rows import DistributionRow
from eval_suite.results.rows import EpochRow
from eval_suite.results.rows import ExchangeabilityRow
from eval_suite.results.rows import FrontierRow
from eval_suite.results.rows import HeadlineRow
from eval_suite.results.rows import LatencyRow
from eval_suite.results.rows import NotMeasuredRow
from eval_suite.results.rows import NullRunRow
from eval_suite.results.rows import OneTrainingRow
from eval_suite.results.rows import RecordRiskRow
from eval_suite.results.rows import ResemblanceRow
from eval_suite.results.rows import RunRow
from eval_suite.results.rows import ShadowCountRow
from eval_suite.results.rows import UtilityRow


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
    guarantee: list[GuaranteeRow] = dataclasses.field(default_factory=list)
    difference: list[DifferenceRow] = dataclasses.field(default_factory=list)
    beside_control: list[BesideControlRow] = dataclasses.field(default_factory=list)
    latency: list[LatencyRow] = dataclasses.field(default_factory=list)
    frontier: list[FrontierRow] = dataclasses.field(default_factory=list)
    shadow_count: list[ShadowCountRow] = dataclasses.field(default_factory=list)
    epoch: list[EpochRow] = dataclasses.field(default_factory=list)
    tf_privacy: list[BesideRow] = dataclasses.field(default_factory=list)
    tf_privacy_null: list[NullRunRow] = dataclasses.field(default_factory=list)
    exchangeability: list[ExchangeabilityRow] = dataclasses.field(default_factory=list)
    one_training: list[OneTrainingRow] = dataclasses.field(default_factory=list)
    resemblance: list[ResemblanceRow] = dataclasses.field(default_factory=list)
    not_measured: list[NotMeasuredRow] = dataclasses.field(default_factory=list)
    record_risk: list[RecordRiskRow] = dataclasses.field(default_factory=list)
    cell: list[CellRow] = dataclasses.field(default_factory=list)
    entropy: list[EntropyRow] = dataclasses.field(default_factory=list)
    comparison: list[ComparisonRow] = dataclasses.field(default_factory=list)
    claim: list[ClaimRow] = dataclasses.field(default_factory=list)
    gate_identity: list[RunIdentity] = dataclasses.field(default_factory=list)
    gate_auc: list[AucRow] = dataclasses.field(default_factory=list)
    gate_bound: list[BoundRow] = dataclasses.field(default_factory=list)
    gate_drop: list[DropRow] = dataclasses.field(default_factory=list)
    checks: list[CheckRow] = dataclasses.field(default_factory=list)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Adds rows to their tables.

        Args:
            rows: As `record` made them: the fields of a row, and its `table`.

        Raises:
            ValueError: If there is no such table, or a row has other keys than the
                table's rows.
        """
        for row in rows:
            fields = dict(row)
            name = fields.pop("table")
            if name not in _forms():
                raise ValueError(f"No table {name!r} to record a row in")
            _check_keys(name, set(fields))
            getattr(self, name).append(fields)

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

    @property
    def dissimilarity(self) -> str | None:
        """Sentence that says that shadows do not resemble the target, if so."""
        for row in self.resemblance[:1]:
            if not row["resembles"]:
                return row["detail"]
        return None

    @property
    def marks(self) -> list[str]:
        """What comes before every figure, as no attack's AUC shows that all is well."""
        found = (self.dissimilarity, self.confounding)
        return [mark for mark in found if mark is not None]

    @property
    def similarity(self) -> list[str]:
        """Sentence that says that shadows resemble the target, if so."""
        return [row["detail"] for row in self.resemblance[:1] if row["resembles"]]


@dataclasses.dataclass(frozen=True)
class _Form:
    """The keys of one kind of row."""

    required: frozenset[str]
    optional: frozenset[str]

    @classmethod
    def of(cls, row: type) -> _Form:
        # By the hints, as `__required_keys__` does not see NotRequired in annotations
        # that are postponed.
        hints = get_type_hints(row, include_extras=True)
        optional = {key for key in hints if get_origin(hints[key]) is NotRequired}
        return cls(frozenset(hints) - optional, frozenset(optional))

    def faults(self, keys: set[str]) -> list[str]:
        """Returns how the keys of a row differ from these, in words."""
        unknown = sorted(keys - self.required - self.optional)
        missing = sorted(self.required - keys)
        return [
            f"{word} {', '.join(found)}"
            for word, found in (("unknown", unknown), ("missing", missing))
            if found
        ]


@functools.cache
def _forms() -> dict[str, list[_Form]]:
    """Returns for each table the kinds of rows that it takes: mostly one."""
    forms = {}
    for table, kind in get_type_hints(Recorded).items():
        (row,) = get_args(kind)
        forms[table] = [
            _Form.of(each) for each in ([row] if is_typeddict(row) else get_args(row))
        ]
    return forms


def _check_keys(table: str, keys: set[str]) -> None:
    faults = [form.faults(keys) for form in _forms()[table]]
    if all(faults):
        told = ", or ".join("; ".join(each) for each in faults)
        raise ValueError(f"Table {table!r} takes no row with these keys: {told}")


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
