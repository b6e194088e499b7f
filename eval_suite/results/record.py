"""The fixture by which a check records rows, typed for each table."""

from __future__ import annotations

from typing import Literal
from typing import Protocol
from typing import Unpack
from typing import overload

from eval_suite.results.doctor.rows import CellRow
from eval_suite.results.doctor.rows import ClaimRow
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.doctor.rows import EntropyRow
from eval_suite.results.gate_rows import BoundRow
from eval_suite.results.gate_rows import DropRow
from eval_suite.results.gate_rows import ExamplesAucRow
from eval_suite.results.gate_rows import ExamplesIdentity
from eval_suite.results.gate_rows import GameIdentity
from eval_suite.results.gate_rows import PairsAucRow
from eval_suite.results.guarantee_row import GuaranteeRow
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import BesideControlRow
from eval_suite.results.rows import BesideRow
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


class Record(Protocol):
    """The fixture `record`: adds a row to a table.

    `table` is a field of `Recorded`, `fields` are those of its rows, plain JSON values.
    `Recorded.checks` is none of them: the session tells the outcomes.
    """

    @overload
    def __call__(self, table: Literal["run"], **fields: Unpack[RunRow]) -> None: ...

    @overload
    def __call__(
        self, table: Literal["control"], **fields: Unpack[ControlRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["attack"], **fields: Unpack[AttackRow]
    ) -> None: ...

    @overload
    def __call__(self, table: Literal["curve"], **fields: Unpack[CurveRow]) -> None: ...

    @overload
    def __call__(
        self, table: Literal["distribution"], **fields: Unpack[DistributionRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["utility"], **fields: Unpack[UtilityRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["headline"], **fields: Unpack[HeadlineRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["guarantee"], **fields: Unpack[GuaranteeRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["difference"], **fields: Unpack[DifferenceRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["latency"], **fields: Unpack[LatencyRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["frontier"], **fields: Unpack[FrontierRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["shadow_count"], **fields: Unpack[ShadowCountRow]
    ) -> None: ...

    @overload
    def __call__(self, table: Literal["epoch"], **fields: Unpack[EpochRow]) -> None: ...

    @overload
    def __call__(
        self, table: Literal["tf_privacy"], **fields: Unpack[BesideRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["tf_privacy_null"], **fields: Unpack[NullRunRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["exchangeability"], **fields: Unpack[ExchangeabilityRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["beside_control"], **fields: Unpack[BesideControlRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["one_training"], **fields: Unpack[OneTrainingRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["resemblance"], **fields: Unpack[ResemblanceRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["not_measured"], **fields: Unpack[NotMeasuredRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["record_risk"], **fields: Unpack[RecordRiskRow]
    ) -> None: ...

    @overload
    def __call__(self, table: Literal["cell"], **fields: Unpack[CellRow]) -> None: ...

    @overload
    def __call__(
        self, table: Literal["entropy"], **fields: Unpack[EntropyRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["comparison"], **fields: Unpack[ComparisonRow]
    ) -> None: ...

    @overload
    def __call__(self, table: Literal["claim"], **fields: Unpack[ClaimRow]) -> None: ...

    @overload
    def __call__(
        self, table: Literal["gate_identity"], **fields: Unpack[ExamplesIdentity]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["gate_identity"], **fields: Unpack[GameIdentity]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["gate_auc"], **fields: Unpack[ExamplesAucRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["gate_auc"], **fields: Unpack[PairsAucRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["gate_drop"], **fields: Unpack[DropRow]
    ) -> None: ...

    @overload
    def __call__(
        self, table: Literal["gate_bound"], **fields: Unpack[BoundRow]
    ) -> None: ...
