"""The rows that checks record for the gate alone: they stand in no results.json."""

from __future__ import annotations

from typing import Literal
from typing import TypedDict
from typing import final

from eval_suite.results.rows import QuestionsRow

# Hashes that an identity keeps of each side.
SKETCH = 128


class ExamplesIdentity(TypedDict):
    """Table `gate_identity` of one model: its examples."""

    kind: Literal["examples"]
    classes: int
    input_shape: list[int] | None
    members: int
    nonmembers: int
    digest: str
    member_sketch: list[str] | None
    nonmember_sketch: list[str] | None
    questions: QuestionsRow | None


class GameIdentity(TypedDict):
    """Table `gate_identity` of a membership game: its examples and its plan."""

    kind: Literal["game"]
    dataset: str
    digest: str
    classes: int
    seed: int
    models: int
    questions: QuestionsRow | None


RunIdentity = ExamplesIdentity | GameIdentity


@final
class ExamplesAucRow(TypedDict):
    """Table `gate_auc` of one model: an AUC, and its replicates as base64."""

    defense: str
    attack: str
    auc: float
    members: int
    nonmembers: int
    deviations: str


@final
class PairsAucRow(TypedDict):
    """Table `gate_auc` of a membership game: an AUC, and each pair's."""

    defense: str
    attack: str
    auc: float
    pairs: list[float]


AucRow = ExamplesAucRow | PairsAucRow


class BoundRow(TypedDict):
    """Table `gate_bound`: an attack that a limit on the strongest AUC is for.

    On the undefended model there are more than in the report: those through a defense
    that an attacker can apply are among them.

    `slice`: the entire set, or the records that are most exposed.
    """

    defense: str
    attack: str
    slice: str
    auc: float
    auc_low: float
    auc_high: float


class DropRow(TypedDict):
    """Table `gate_drop`: a fall in accuracy; `degrees` is `None` for a normal tail."""

    defense: str
    value: float
    error: float
    degrees: int | None
