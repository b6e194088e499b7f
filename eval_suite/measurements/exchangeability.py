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
from eval_suite.results.rows import ExchangeabilityRow
from eval_suite.subjects.subject import Examples
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.scorers.learners.cross_fitting import ATTACKERS
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLD_CORRELATION
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLDS
from keras_entropy.attacks.scorers.learners.cross_fitting import stratified_folds
from keras_entropy.attacks.statistics.auc_influence import auc_influence

LEARNERS = ("logistic", "forest")
# Both learners together err once in a thousand runs.
LEVEL = 0.001 / len(LEARNERS)
# A smaller difference, as of two careful samples, moves no verdict.
TOLERANCE = 0.02
MAX_PER_SIDE = 5000
MAX_PER_HALF = 1000
# Each side needs this many examples.
FEWEST = 10
MAX_COLUMNS = 32
_QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)


@dataclasses.dataclass(frozen=True)
class Exchangeability:
    """How well inputs and labels alone tell members from non-members.

    Args:
        learner: Name of the learner that does it best.
        auc: Float, its AUC, cross-fitted.
        auc_low: Float, lower end of the simultaneous 99.9 % interval.
        auc_high: Float, upper end.
        confounded: Boolean, whether the lower end exceeds 0.5 by more than `TOLERANCE`.
    """

    learner: str
    auc: float
    auc_low: float
    auc_high: float
    confounded: bool

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
        if self.confounded:
            return (
                f"CONFOUNDED: without any model, {self.learner} on inputs and labels "
                f"tells members from non-members ({found}). They don't come from one "
                "distribution, so no attack's AUC measures this model's leakage alone"
            )
        return f"members and non-members look exchangeable ({found} without a model)"


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
        seed: Integer: sample of at most 5,000 examples a side, folds.

    Returns:
        `Exchangeability`.

    Raises:
        ValueError: If a side has fewer than 10 examples.
    """
    rng = np.random.default_rng(seed)
    sides = [_rows_of(side, MAX_PER_SIDE, rng) for side in (members, nonmembers)]
    member = np.arange(sum(len(y) for _, y in sides)) < len(sides[0][1])
    folds = stratified_folds(member, FOLDS, rng)
    features = _label_features(np.concatenate([y for _, y in sides]), rng)
    inputs = [x for x, _ in sides if x is not None]
    if len(inputs) == len(sides):
        features = np.hstack([features, _input_features(np.concatenate(inputs), rng)])
    found = []
    for name in LEARNERS:
        scores = ATTACKERS[name](features, member, folds, FOLDS, rng)
        auc, influence = auc_influence(scores, member, folds)
        # Learners of two folds share most of their data.
        inflation = 1 + (FOLDS - 1) * FOLD_CORRELATION
        error = float(np.sqrt(inflation) * np.linalg.norm(influence))
        estimate = Estimate(auc, error, error)
        low, high = max(0.0, estimate.lower(LEVEL)), min(1.0, estimate.upper(LEVEL))
        confounded = bool(low > 0.5 + TOLERANCE)
        found.append(Exchangeability(name, auc, float(low), float(high), confounded))
    return max(found, key=lambda each: each.auc_low)


def random_halves(examples: Examples, *, seed: int = 0) -> tuple[Examples, Examples]:
    """Returns two parts of one side, which no check should tell apart.

    Args:
        examples: `(x, y)`, as for `check_exchangeability`.
        seed: Integer: which of the examples, at most 1,000 a part.
    """
    rng = np.random.default_rng(seed)
    x, y = _rows_of(examples, 2 * MAX_PER_HALF, rng)
    half = len(y) // 2
    if x is None:
        return (None, y[:half]), (None, y[half:])
    return (x[:half], y[:half]), (x[half:], y[half:])


def _rows_of(examples: Examples, most: int, rng: np.random.Generator) -> Examples:
    """Returns at most so many examples, drawn at random."""
    x, y = examples
    rows = rng.permutation(len(y))[:most]
    return None if x is None else x[rows], y[rows]


def _label_features(y: Integers, rng: np.random.Generator) -> Floats:
    """Returns one column a class, or that many random mixtures of them."""
    classes = int(y.max()) + 1
    if classes <= MAX_COLUMNS:
        return np.eye(classes)[y]
    return rng.normal(size=(classes, MAX_COLUMNS))[y]


def _input_features(x: Array, rng: np.random.Generator) -> Floats:
    """Returns statistics of each input, and its entries or random mixtures of them."""
    rows = x.reshape(len(x), -1).astype("float64")
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
    if rows.shape[1] > MAX_COLUMNS:
        mixing = rng.normal(size=(rows.shape[1], MAX_COLUMNS))
        rows = (rows - rows.mean(axis=0)) @ (mixing / np.sqrt(rows.shape[1]))
    return np.hstack([*columns, rows])
