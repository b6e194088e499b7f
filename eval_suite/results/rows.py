"""The rows that checks record: what crosses to the report, the gate and results.json.

Each table has one kind of row. A row that results.json holds as it is has the keys of
its schema, to which `schema_test.py` holds it. `None` is what was not measured.
"""

from __future__ import annotations

from typing import Literal
from typing import NotRequired
from typing import TypedDict


class Dataset(TypedDict):
    """The examples of a run.

    `majority_share`: the accuracy of always answering the commonest class. `canaries`:
    mislabelled copies of reference examples that further models learned. Both
    are absent from what older runs recorded.
    """

    name: str
    source: str | None
    examples: int | None
    reference: int | None
    population: int | None
    canaries: NotRequired[int | None]
    classes: int | None
    input_shape: list[int | None] | None
    class_names: list[str] | None
    digest: str | None
    majority_share: NotRequired[float | None]


class Profile(TypedDict):
    """The size of a run, and the undefended model."""

    name: str
    models: int | None
    targets: int | None
    pairs: int | None
    epochs: int | None
    batch_size: int | None
    seed: int | None
    architecture: str | None
    member_accuracy: float | None
    nonmember_accuracy: float | None


class FamilyRow(TypedDict):
    """A family of neighbors, and how many were asked of each input."""

    name: str
    questions: int


class QuestionsRow(TypedDict):
    """The neighbors that were asked of each input: of all families, and of each."""

    count: int
    families: list[FamilyRow]


class RunDescription(TypedDict):
    """What is known of a run without any attack: data, models and questions.

    `is_reference_study`: whether the undefended model is the study's own network.
    `questions`: `None` if no neighbors of an input were asked.
    """

    dataset: Dataset
    profile: Profile
    is_reference_study: bool
    questions: QuestionsRow | None


class RunRow(RunDescription):
    """Table `run`: the description, and the smallest AUC that would be noticed."""

    minimum_detectable_auc: float | None


class ControlRow(TypedDict):
    """Table `control`: an attack on data whose answer is known."""

    name: str
    kind: Literal["null", "positive"]
    attack: str | None
    variant: str | None
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    expected: str | float | None
    passed: bool
    detail: str | None


class RateRow(TypedDict):
    """A true positive rate at one false positive rate."""

    tpr: float | None
    low: float | None
    high: float | None
    realised_fpr: float | None


class AttackRow(TypedDict):
    """Table `attack`: one attack on one defense and slice.

    `asked`: whether the attacker asks one question about each example, or more.
    """

    defense: str
    attack: str
    group: Literal["threshold", "label", "trained", "shadow", "adaptive", "neighbors"]
    asked: Literal["once", "often"]
    slice: str
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    advantage: float | None
    advantage_null: float | None
    tpr_at_fpr: dict[str, RateRow | None] | None
    targets: int | None
    n_members: int | None
    n_nonmembers: int | None


class CurveRow(TypedDict):
    """Table `curve`: the ROC curve of one attack."""

    defense: str
    attack: str
    slice: str
    fpr: list[float]
    tpr: list[float]
    tpr_low: list[float] | None
    tpr_high: list[float] | None


class DistributionRow(TypedDict):
    """Table `distribution`: histograms of a quantity over both sides."""

    defense: str
    quantity: str
    edges: list[float]
    member: list[float]
    nonmember: list[float]


class Utility(TypedDict):
    """The quality of a model's answers, on non-members; accuracy on members too."""

    accuracy: float
    accuracy_low: float
    accuracy_high: float
    member_accuracy: float
    nll: NotRequired[float]
    ece: NotRequired[float]
    entropy_mean: NotRequired[float]
    entropy_normalized: NotRequired[float]


class UtilityRow(Utility):
    """Table `utility`: the quality of the answers behind one defense."""

    defense: str


class DivergenceRow(TypedDict):
    """A distance of two distributions, and the p-value of a permutation test."""

    value: float | None
    p: float | None


class StrongestRow(TypedDict):
    """The strongest of some attacks, chosen and reported on different data."""

    attack: str
    auc: float
    auc_low: float
    auc_high: float


class ExposedRow(StrongestRow):
    """The strongest attack on some records, and the share of members it finds there."""

    tpr: float | None
    tpr_low: float | None
    tpr_high: float | None


class WorstOffRow(ExposedRow):
    """The strongest attack on the records that are most exposed.

    These are the 5 % that other pairs of models say are; `auc` is on them alone.

    `tpr`, `tpr_low`, `tpr_high`: the share of the worst-off members that this attack
    finds at 1 % false positives among all non-members. `population_tpr`: that of all
    members. `realised_fpr`: the share of these records that it accuses falsely, which
    is more than 1 % where scores of such records spread wider; where it is as large as
    `tpr`, nothing is found. `None` where there are too few non-members.
    """

    population_tpr: float | None
    realised_fpr: NotRequired[float | None]


class CanaryRow(ExposedRow):
    """The strongest attack on mislabelled records, which are learned by heart.

    `tpr`, `tpr_low`, `tpr_high`: the share of those that a model learned which this
    attack finds at 1 % false positives among those that it did not learn, one threshold
    for all models; `realised_fpr`: what that came to. `None` where there are too few.
    """

    realised_fpr: float | None


class StrongestRows(TypedDict):
    """The strongest of the attacks of one kind; `None` where none of it ran.

    `asked_once`, `asked_often`: those that ask one question about each example, or
    more. `labels_alone`: those that read labels alone, of one question or of many.
    `known_start`: all, on models whose training starts from what the attacker holds.
    `worst_off`: all, on the records that are most exposed. `canaries`: all that need no
    training on other records, on mislabelled copies. `on_reference`: the same on the
    reference, of a defense that each model learned from its own half of it.
    """

    asked_once: StrongestRow | None
    asked_often: StrongestRow | None
    labels_alone: StrongestRow | None
    known_start: StrongestRow | None
    worst_off: WorstOffRow | None
    canaries: CanaryRow | None
    on_reference: StrongestRow | None


class HeadlineRow(StrongestRows):
    """Table `headline`: the strongest attack on one defense, of all and by kind."""

    defense: str
    strongest_attack: str
    strongest_auc: float
    strongest_auc_low: float
    strongest_auc_high: float
    strongest_advantage: float | None
    illusion_gap: float | None
    js_entropy: DivergenceRow | None
    js_cross_entropy: DivergenceRow | None


class DifferenceRow(TypedDict):
    """Table `difference`: a defense's strongest AUC minus the undefended model's."""

    defense: str
    difference_auc: float
    difference_auc_low: float
    difference_auc_high: float


class BesideControlRow(TypedDict):
    """Table `beside_control`: a defense minus an undefended model with a reference.

    `p_value`: of "not less accurate, or nothing more leaks", paired over the pairs of
    models, before any correction.
    """

    defense: str
    control: str
    difference_auc: float
    difference_accuracy: float
    p_value: float


class LatencyRow(TypedDict):
    """Table `latency`: time of a call, and its ratio to the undefended model's."""

    defense: str
    batch_size: int
    microseconds: float
    base_microseconds: float
    ratio: float
    low: float
    high: float


class FrontierRow(TypedDict):
    """Table `frontier`: one defense at one strength.

    `attack` and `auc` are of the stronger of `asked_once` and `asked_often`.
    `auc_bound`: the largest AUC that any attack can have, where that is proved.
    """

    name: str
    attack: str
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    asked_once: float | None
    asked_often: float | None
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    nll: float | None
    nll_low: float | None
    nll_high: float | None
    ece: float | None
    ece_low: float | None
    ece_high: float | None
    keeps_argmax: bool
    dominated: bool
    auc_bound: NotRequired[float | None]


class ShadowCountRow(TypedDict):
    """Table `shadow_count`: an attack with fewer shadow models."""

    attack: str
    shadows: int | None
    auc: float | None
    auc_low: float | None
    auc_high: float | None


class EpochRow(TypedDict):
    """Table `epoch`: one training by `fit`, audited after an epoch by the callback."""

    defense: str
    epoch: int
    auc: float
    auc_low: float
    auc_high: float
    member_accuracy: float
    nonmember_accuracy: float


class EngineRow(TypedDict):
    """TensorFlow Privacy's figures of one attack, ours (`own_`) beside them."""

    attack: str
    auc: float | None
    advantage: float | None
    own_auc: float | None
    own_auc_low: float | None
    own_auc_high: float | None
    own_advantage: float | None
    n_members: int | None
    n_nonmembers: int | None


class BesideRow(EngineRow):
    """Table `tf_privacy`: both engines on one defense and slice."""

    defense: str
    slice: str
    targets: int | None


class NullRunRow(EngineRow):
    """Table `tf_privacy_null`: both engines on data without a signal."""

    law: str
    seed: int


class ExchangeabilityRow(TypedDict):
    """Table `exchangeability`: can members be told apart without any model?"""

    learner: str
    auc: float
    auc_low: float
    auc_high: float
    confounded: bool
    detail: str


class RecordKindRow(TypedDict):
    """The strongest attack of one question on the records of one kind."""

    kind: Literal["as given", "mislabelled"]
    members: int
    nonmembers: int
    attack: str
    auc: float
    auc_low: float
    auc_high: float
    tpr: RateRow | None


class OneTrainingRow(TypedDict):
    """Table `one_training`: bounds on epsilon where a coin held records out.

    `epsilon`: of (epsilon, delta), for one record added or removed, valid with
    probability `confidence`; at most `ceiling` had all guesses been right.
    `gaussian_epsilon`: likewise, if the training's privacy is that of a Gaussian
    mechanism, of `gaussian_mu`. `correct` of `guessed_in` + `guessed_out` guesses are
    right, of `records`; what to guess was chosen on `chosen_on` others. `kind`: the
    records that were guessed. `kinds`: the attacks on each, where some are mislabelled.
    """

    defense: str
    attack: str
    reversed: bool
    kind: Literal["all", "as given", "mislabelled"]
    epsilon: float
    gaussian_mu: float
    gaussian_epsilon: float
    ceiling: float
    delta: float
    confidence: float
    records: int
    guessed_in: int
    guessed_out: int
    correct: int
    chosen_on: int
    mislabelled: int
    plan: str
    kinds: list[RecordKindRow]


class ResemblanceRow(TypedDict):
    """Table `resemblance`: accuracies of a target and of its shadow models.

    Each on the target's members, then on examples that it was not trained on; those
    `by_class` are averaged over classes. `None` where they have no example in common.
    """

    target: list[float | None]
    shadows: list[float | None]
    target_by_class: list[float | None]
    shadows_by_class: list[float | None]
    resembles: bool
    detail: str


class NotMeasuredRow(TypedDict):
    """Table `not_measured`: a figure that is missing.

    `metric` is how a gate would ask for it: the name of an attack or of a metric, over
    the entire set. Absent or `None` where no gate can, as for a slice.
    """

    defense: str
    what: str
    reason: str
    metric: NotRequired[str | None]


class RecordRiskRow(TypedDict):
    """Table `record_risk`: the exposed records of one defense."""

    defense: str
    records: list[list[float]]


class CheckRow(TypedDict):
    """The outcome of one check, and the defense it was run for, if for one."""

    test: str
    outcome: Literal["passed", "failed", "skipped"]
    message: str
    defense: str | None
