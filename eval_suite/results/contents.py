"""The contents of results.json."""

from __future__ import annotations

from typing import Any
from typing import Literal
from typing import NotRequired
from typing import TypedDict

from eval_suite.results.doctor.rows import Doctor
from eval_suite.results.guarantee_row import Guarantee
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import BesideControlRow
from eval_suite.results.rows import BesideRow
from eval_suite.results.rows import ControlRow
from eval_suite.results.rows import CurveRow
from eval_suite.results.rows import Dataset
from eval_suite.results.rows import DistributionRow
from eval_suite.results.rows import DivergenceRow
from eval_suite.results.rows import EpochRow
from eval_suite.results.rows import ExchangeabilityRow
from eval_suite.results.rows import FrontierRow
from eval_suite.results.rows import NullRunRow
from eval_suite.results.rows import OneTrainingRow
from eval_suite.results.rows import Profile
from eval_suite.results.rows import QuestionsRow
from eval_suite.results.rows import ResemblanceRow
from eval_suite.results.rows import ShadowCountRow
from eval_suite.results.rows import StrongestRows


class Environment(TypedDict):
    """Versions, machine and commit."""

    python: str
    platform: str
    cpus: int | None
    keras_entropy: str
    keras: str
    backend: str
    backend_version: str | None
    numpy: str
    commit: str | None
    dirty: bool | None


class ThreatModel(TypedDict):
    """Who attacks, what neighbors are asked of each input, and what was not tested."""

    attacker: list[str]
    questions: QuestionsRow | None
    not_tested: list[str]
    minimum_detectable_auc: float | None
    exchangeability: NotRequired[ExchangeabilityRow | None]
    resemblance: NotRequired[ResemblanceRow | None]


class Verdict(TypedDict):
    """Pass, fail or void, and why."""

    status: Literal["pass", "fail", "void"]
    lines: list[str]


class Claims(TypedDict):
    """The promises of a layer; all `None` for the undefended model."""

    raises_entropy: bool | None
    keeps_argmax: bool | None
    keeps_ranking: bool | None
    deterministic: bool | None
    injective: bool | None
    permutation_equivariant: bool | None
    export: list[str] | None


class Published(TypedDict):
    """The reference study's figures for one defense."""

    accuracy_pct: float | None
    latency_us: float | None
    auc_pct: float | None
    advantage_pct: float | None


class LatencyRatio(TypedDict):
    """The ratio of two times, with its interval."""

    ratio: float | None
    low: float | None
    high: float | None


class DefenseIdentity(TypedDict):
    """A defense, as the catalog describes it.

    `reference`: its source. `uses_reference`: whether it learns from reference
    examples, which is not known of runs of earlier releases.
    """

    name: str
    title: str
    family: str
    layer: str | None
    config: dict[str, Any] | None
    claims: Claims
    reference: str | None
    uses_reference: NotRequired[bool]
    trained: bool
    published: Published | None
    differs: NotRequired[str | None]


class DefenseFigures(StrongestRows):
    """The figures of one defense; `None` is what was not measured."""

    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    member_accuracy: float | None
    nll: float | None
    ece: float | None
    entropy_mean: float | None
    entropy_normalized: float | None
    latency_us: dict[str, float | None] | None
    latency_ratio: dict[str, LatencyRatio | None] | None
    strongest_attack: str | None
    strongest_auc: float | None
    strongest_auc_low: float | None
    strongest_auc_high: float | None
    strongest_advantage: float | None
    illusion_gap: float | None
    js_entropy: DivergenceRow | None
    js_cross_entropy: DivergenceRow | None
    difference_auc: float | None
    difference_auc_low: float | None
    difference_auc_high: float | None
    guarantee: NotRequired[Guarantee | None]


class Defense(DefenseIdentity, DefenseFigures):
    """One defense and its figures."""


class Check(TypedDict):
    """The outcome of one check."""

    test: str
    outcome: Literal["passed", "failed", "skipped"]
    message: str | None


class Gap(TypedDict):
    """A figure that was not measured, of which defenses, and why."""

    what: str
    reason: str


class Results(TypedDict):
    """The whole file."""

    schema_version: int
    created: str
    command: str
    title: str
    environment: Environment
    dataset: Dataset
    profile: Profile
    threat_model: ThreatModel
    verdict: Verdict
    controls: list[ControlRow]
    defenses: list[Defense]
    attacks: list[AttackRow]
    curves: list[CurveRow]
    distributions: list[DistributionRow]
    frontier: list[FrontierRow]
    shadow_counts: NotRequired[list[ShadowCountRow]]
    epochs: NotRequired[list[EpochRow]]
    beside_controls: NotRequired[list[BesideControlRow]]
    one_training: NotRequired[list[OneTrainingRow]]
    doctor: NotRequired[Doctor | None]
    tf_privacy: list[BesideRow]
    tf_privacy_null: list[NullRunRow]
    checks: list[Check]
    not_measured: list[Gap]
    timings: dict[str, float]
