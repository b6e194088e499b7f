"""The rows of the study's question: recipes, comparisons and claims."""

from __future__ import annotations

from typing import Literal
from typing import TypedDict

Decision = Literal["supported", "refuted", "not decided"]


class CellRow(TypedDict):
    """Table `cell`: one recipe, and what was measured of its models.

    `overfitting`, `js_entropy` and `js_cross_entropy` (bias-corrected, in bits) are of
    the first half of the models. The AUCs are of the first half and of the second.
    """

    width: int
    epochs: int
    regularization: str
    size: int
    accuracy: float
    member_accuracy: float
    nll: float
    entropy: float
    overfitting: float
    js_entropy: float
    js_cross_entropy: float
    loss_auc: list[float]
    asked_once: list[float]
    asked_often: list[float]


class EntropyRow(TypedDict):
    """Table `entropy`: the undefended models, or a defense at one strength on them.

    `kind`: what it does to answers, or `"trained"`. `injective`: whether its answers
    tell those without it. `entropy`: of answers to non-members, 1 for equal
    probabilities. `js_entropy` and `js_cross_entropy`: bias-corrected, in bits.
    """

    name: str
    kind: str
    injective: bool
    entropy: float
    js_entropy: float
    js_cross_entropy: float
    asked_once: float
    asked_often: float


class ComparisonRow(TypedDict):
    """Table `comparison`: one figure that a claim hangs on.

    `effect` with its interval, which lies above `supported_above` where the claim holds
    and below `refuted_below` where it does not.
    """

    claim: str
    what: str
    effect: float
    low: float
    high: float
    supported_above: float
    refuted_below: float
    decision: Decision


class ClaimRow(TypedDict):
    """Table `claim`: what was claimed, how it was decided, and what came out."""

    claim: str
    says: str
    measure: str
    rule: str
    decision: Decision
    sentence: str


class Doctor(TypedDict):
    """All that the profile doctor found."""

    claims: list[ClaimRow]
    comparisons: list[ComparisonRow]
    cells: list[CellRow]
    entropy: list[EntropyRow]
