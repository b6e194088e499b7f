"""Could members and non-members be told apart without any model?

Every membership attack is measured against the answer 0.5 of a model that leaks
nothing. That answer is right only if members and non-members come from one
distribution. If inputs and labels alone tell them apart, an attack's AUC says nothing
of the model: the run is confounded (Das et al., "Blind Baselines Beat Membership
Inference Attacks", 2024, arXiv:2406.16201).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from eval_suite.gate.estimate import Estimate
from eval_suite.measurements.column_tests import sortable
from eval_suite.measurements.column_tests import surest_column
from eval_suite.results.rows import ExchangeabilityRow
from eval_suite.subjects.subject import Examples
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.scorers.learners.cross_fitting import ATTACKERS
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLD_CORRELATION
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLDS
from keras_entropy.attacks.scorers.learners.cross_fitting import stratified_folds
from keras_entropy.attacks.statistics.auc_influence import auc_influence
from keras_entropy.numerics.equal_rows import find_equal_rows

LEARNERS = ("logistic", "forest")
# Both learners together err once in a thousand runs.
LEVEL = 0.001 / len(LEARNERS)
# The tests of single columns together err in two of a thousand.
COLUMN_LEVEL = 0.002
# A smaller difference of what is learned, as of two careful samples, moves no verdict.
TOLERANCE = 0.02
MAX_PER_HALF = 1000
# Each side needs this many examples.
FEWEST = 10
MAX_COLUMNS = 32
_BLOCK_NUMBERS = 10_000_000
_QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)


@dataclasses.dataclass(frozen=True)
class Exchangeability:
    """How well inputs and labels alone tell members from non-members.

    Args:
        learner: Name of the learner that does it best, or of the one column that does.
        auc: Float, its AUC; of a learner cross-fitted.
        auc_low: Float, lower end of the simultaneous interval, 99.9 % of the learners'
            and 99.8 % of the columns'.
        auc_high: Float, upper end.
        confounded: Boolean, whether the lower end is shown to exceed 0.5: by more than
            0.02 for a learner, by more than 0.005 for a column.
        equal: In words how many inputs are on both sides; "" if none is.
    """

    learner: str
    auc: float
    auc_low: float
    auc_high: float
    confounded: bool
    equal: str = ""

    def row(self) -> ExchangeabilityRow:
        """Returns the figures, and in words what they say."""
        return {
            "learner": self.learner,
            "auc": self.auc,
            "auc_low": self.auc_low,
            "auc_high": self.auc_high,
            "confounded": self.confounded,
            "detail": str(self),
        }

    def __str__(self) -> str:
        found = f"AUC {self.auc:.3f} [{self.auc_low:.3f}, {self.auc_high:.3f}]"
        equal = f". {self.equal}: a model answers these alike" if self.equal else ""
        if self.confounded:
            by = f"{self.learner} on inputs and labels"
            if self.learner not in LEARNERS:
                by = f"{self.learner} alone"
            return (
                f"CONFOUNDED: without any model, {by} "
                f"tells members from non-members ({found}). They don't come from one "
                "distribution, so no attack's AUC measures this model's leakage alone"
                + equal
            )
        return (
            f"members and non-members look exchangeable ({found} without a model)"
            + equal
        )


def check_exchangeability(
    members: Examples,
    nonmembers: Examples,
    *,
    seed: int = 0,
) -> Exchangeability:
    """Tries to tell members from non-members without any model.

    Args:
        members: `(x, y)`: inputs `(n, ...)`, or `None` if unknown, and labels `(n,)`.
        nonmembers: `(x, y)`, likewise.
        seed: Integer: folds, and which examples, where they have so many numbers that
            the tests of single columns are made of a part of them.

    Returns:
        `Exchangeability`.

    Raises:
        ValueError: If a side has fewer than 10 examples.
    """
    rng = np.random.default_rng(seed)
    y = np.concatenate([members[1], nonmembers[1]])
    member = np.arange(len(y)) < len(members[1])
    folds = stratified_folds(member, FOLDS, rng)
    features, x, equal = _label_features(y, rng), None, ""
    if members[0] is not None and nonmembers[0] is not None:
        x = np.concatenate([members[0], nonmembers[0]])
        features = np.hstack([features, _input_features(x, rng)])
        shared = find_equal_rows(members[0], nonmembers[0], (members[1], nonmembers[1]))
        if any(shared.inputs):
            equal = shared.told("members", "non-members")
    found = [_learned(name, features, member, folds, rng) for name in LEARNERS]
    column = surest_column(x, y, member, level=COLUMN_LEVEL, seed=seed)
    if column is not None and column.differs:
        found.append(
            Exchangeability(
                column.name, column.auc, column.auc_low, column.auc_high, True
            )
        )
    surest = max(found, key=lambda each: (each.confounded, each.auc_low))
    return dataclasses.replace(surest, equal=equal)


def _learned(
    name: str,
    features: Floats,
    member: Booleans,
    folds: Integers,
    rng: np.random.Generator,
) -> Exchangeability:
    """Returns how well a learner tells the sides apart."""
    scores = ATTACKERS[name](features, member, folds, FOLDS, rng)
    auc, influence = auc_influence(scores, member, folds)
    # Learners of two folds share most of their data.
    inflation = 1 + (FOLDS - 1) * FOLD_CORRELATION
    error = float(np.sqrt(inflation) * np.linalg.norm(influence))
    estimate = Estimate(auc, error, error)
    low, high = max(0.0, estimate.lower(LEVEL)), min(1.0, estimate.upper(LEVEL))
    confounded = bool(low > 0.5 + TOLERANCE)
    return Exchangeability(name, auc, float(low), float(high), confounded)


def random_halves(examples: Examples, *, seed: int = 0) -> tuple[Examples, Examples]:
    """Returns two parts of one side, which no check should tell apart.

    Args:
        examples: `(x, y)`, as for `check_exchangeability`.
        seed: Integer: which of the examples, at most 1,000 a part.
    """
    rng = np.random.default_rng(seed)
    x, y = examples
    rows = rng.permutation(len(y))[: 2 * MAX_PER_HALF]
    x, y = None if x is None else x[rows], y[rows]
    half = len(y) // 2
    if x is None:
        return (None, y[:half]), (None, y[half:])
    return (x[:half], y[:half]), (x[half:], y[half:])


def _label_features(y: Integers, rng: np.random.Generator) -> Floats:
    """Returns one column a class, or that many random mixtures of them."""
    classes = int(y.max()) + 1
    if classes <= MAX_COLUMNS:
        return np.eye(classes)[y]
    return rng.normal(size=(classes, MAX_COLUMNS))[y]


def _input_features(x: Array, rng: np.random.Generator) -> Floats:
    """Returns statistics of each input, and its entries or random mixtures of them."""
    if x.dtype.kind not in "biuf":
        flat = x.reshape(len(x), -1)
        x = np.column_stack([sortable(column) for column in flat.T])
    width = x[:1].size
    mixing = None
    if width > MAX_COLUMNS:
        mixing = rng.normal(size=(width, MAX_COLUMNS)) / np.sqrt(width)
    # A block at a time: the inputs in float64 may be too much to hold.
    blocks = np.array_split(x.reshape(len(x), -1), -(-x.size // _BLOCK_NUMBERS))
    return np.concatenate([_block_features(block, mixing) for block in blocks])


def _block_features(x: Array, mixing: Floats | None) -> Floats:
    # The tests of columns look at what is missing.
    rows = np.nan_to_num(x.astype("float64"), nan=0.0, posinf=0.0, neginf=0.0)
    columns = [
        np.quantile(rows, _QUANTILES, axis=1).T,
        rows.mean(axis=1, keepdims=True),
        rows.std(axis=1, keepdims=True),
        (rows == 0).mean(axis=1, keepdims=True),
    ]
    if rows.shape[1] > 1:
        # Noise, blur and compression show in the differences of neighbors.
        steps = np.abs(np.diff(rows, axis=1)).mean(axis=1, keepdims=True)
        columns.append(steps)
    return np.hstack([*columns, rows if mixing is None else rows @ mixing])
