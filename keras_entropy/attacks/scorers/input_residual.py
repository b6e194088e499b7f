"""How much surer a model is of an example than of others like it.

An attacker without shadow models can still tell how difficult an example is: from the
model's own answers to other examples. A kernel ridge regression of the label's
probability on the input says what to expect, and members have more. The probability is
bounded, where a confidence that is far off would rule the fit.

The regression is told no membership at all. It is cross-fitted: what is expected of an
example is learned from other folds. Saunders, Gammerman and Vovk, "Ridge Regression
Learning Algorithm in Dual Variables", ICML 1998; landmarks by Williams and Seeger,
"Using the Nystroem Method to Speed Up Kernel Machines", NIPS 2000. That difficulty is
the first thing to take off a confidence is in Watson et al., ICLR 2022,
arXiv:2111.08440.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import Signals

_FOLDS = 10
# Below so many examples a fold holds too few to compare.
FEWEST = 100
# Examples that what is expected is a combination of.
_LANDMARKS = 500
# What is tried, as a share of the examples' number: of those whose held-out error is
# within one standard error of the least, the largest, which is moved least by chance.
_RIDGES = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3)
# Two classes lie so far apart, in distances of two examples' inputs.
_CLASS_DISTANCE = 1.0


def residual_scores(signals: Signals, membership: Booleans, seed: int) -> Scores:
    """Returns the label's probability beyond what is expected of such an input.

    Args:
        signals: `Signals` of R targets, with `inputs`.
        membership: Not used.
        seed: Integer, for folds and landmarks.

    Raises:
        ValueError: If the signals hold no inputs.
    """
    del membership
    if signals.inputs is None:
        raise ValueError(
            "`input_residual` needs the inputs of the examples: pass `inputs`. "
            "Received: inputs=None"
        )
    rng = np.random.default_rng((seed, signals.examples))
    folds = rng.permutation(signals.examples) % _FOLDS
    columns = _columns(signals.inputs, signals.labels)
    features = _kernel_features(columns, rng)
    residual = _held_out(features, np.exp(-signals.loss).T, folds).T
    return Scores(residual, folds=np.broadcast_to(folds, residual.shape))


def numeric_inputs(inputs: Array) -> Floats | None:
    """Returns inputs as numbers `(N, d)`, or `None` where they are none.

    Args:
        inputs: Array `(N, ...)`.
    """
    inputs = np.asanyarray(inputs)
    if inputs.dtype.kind not in "fiub" or not inputs.size:
        return None
    flat = inputs.reshape(len(inputs), -1).astype(np.float64)
    return flat if np.isfinite(flat).all() else None


def _columns(inputs: Floats, labels: Integers) -> Floats:
    """Standardised inputs and, weighted, the class of each example."""
    spread = inputs.std(axis=0)
    moving = spread > 0
    columns = (inputs[:, moving] - inputs[:, moving].mean(axis=0)) / spread[moving]
    classes = np.equal.outer(labels, np.unique(labels))
    # The mean squared distance of two rows is twice the number of columns.
    weight = _CLASS_DISTANCE * np.sqrt(max(1, columns.shape[1]))
    return np.hstack([columns, weight * classes])


def _kernel_features(columns: Floats, rng: np.random.Generator) -> Floats:
    """Columns `(N, m)` whose products are a Gaussian kernel of the examples."""
    count = min(_LANDMARKS, len(columns))
    landmarks = columns[np.sort(rng.permutation(len(columns))[:count])]
    among = _squared_distances(landmarks, landmarks)
    scale = np.median(among[among > 0]) if among.any() else np.inf
    values, vectors = np.linalg.eigh(np.exp(-among / scale))
    # Each example is 1 long: what is so short is rounding.
    kept = values > 1e-8
    kernel = np.exp(-_squared_distances(columns, landmarks) / scale)
    return kernel @ (vectors[:, kept] / np.sqrt(values[kept]))


def _squared_distances(first: Floats, second: Floats) -> Floats:
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    return np.maximum(squares - 2 * first @ second.T, 0)


def _held_out(features: Floats, values: Floats, folds: Integers) -> Floats:
    """Residuals `(N, R)` of ridge regressions that did not see the fold."""
    # Off what is equal nothing is left, not even a rounding error.
    values = values - values.min(axis=0)
    found = np.empty((len(_RIDGES), *values.shape))
    parts = [features[folds == fold] for fold in range(_FOLDS)]
    grams = [part.T @ part for part in parts]
    total = np.sum(grams, axis=0)
    for fold, part in enumerate(parts):
        held, seen = folds == fold, folds != fold
        mean = values[seen].mean(axis=0)
        target = features[seen].T @ (values[seen] - mean)
        gram = total - grams[fold]
        for number, ridge in enumerate(_RIDGES):
            penalty = ridge * seen.sum() * np.eye(len(gram))
            weights = linalg.solve(gram + penalty, target, assume_a="pos")
            found[number, held] = values[held] - mean - part @ weights
    squares = np.square(found)
    errors = squares.mean(axis=1)
    least = errors.argmin(axis=0)
    spread = squares.std(axis=1) / np.sqrt(len(values))
    targets = np.arange(values.shape[1])
    bound = errors[least, targets] + spread[least, targets]
    chosen = len(_RIDGES) - 1 - (errors <= bound)[::-1].argmax(axis=0)
    return np.take_along_axis(found, chosen[None, None], axis=0)[0]
