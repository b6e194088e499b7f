"""The figures of one cell: predictors on half of its pairs, attacks on all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from eval_suite.doctor.design import Cell
from eval_suite.results.doctor.rows import CellRow
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.leakage.divergence import jensen_shannon
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.search.points import worth

# Pairs on which predictors are measured; the attacks on the others are predicted.
_KNOWN = 2


def measure(
    cell: Cell,
    outputs: Array,
    labels: Integers,
    membership: Booleans,
    *,
    neighbors: Neighbors | None,
    seed: int,
) -> CellRow:
    """Returns the figures of one cell. It loads no Keras.

    Args:
        cell: Its recipe.
        outputs: Float array `(K, N, C)`: what its models answer.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`, of complementary pairs.
        neighbors: What they answer to neighbors.
        seed: Integer, of folds and permutations.
    """
    signals = compute_signals(outputs, labels)
    point = worth(
        "none", outputs, outputs, labels, membership, neighbors=neighbors, seed=seed
    )
    if point.asked_often is None:
        raise ValueError("no attack of many questions ran")
    loss = _pairs(
        [
            roc_auc_score(member, -values)
            for values, member in zip(signals.loss, membership, strict=True)
        ]
    )
    known = 2 * _KNOWN
    gap = _gap(signals.correct, membership)
    return {
        "width": cell.width,
        "epochs": cell.epochs,
        "regularization": cell.regularization,
        "size": cell.size,
        "accuracy": float(signals.correct[~membership].mean()),
        "member_accuracy": float(signals.correct[membership].mean()),
        "nll": float(signals.loss[~membership].mean()),
        "entropy": float(signals.entropy[~membership].mean() / np.log(signals.classes)),
        "overfitting": float(gap[:known].mean()),
        "js_entropy": jensen_shannon(
            signals.entropy[:known], membership[:known], seed=seed
        ).excess,
        "js_cross_entropy": jensen_shannon(
            signals.loss[:known], membership[:known], seed=seed
        ).excess,
        "loss_auc": [float(loss[:_KNOWN].mean()), float(loss[_KNOWN:].mean())],
        "asked_once": _halves(point.asked_once),
        "asked_often": _halves(point.asked_often),
    }


def _gap(correct: Booleans, membership: Booleans) -> Floats:
    """Returns accuracy on members less accuracy on the others, of each model."""
    inside = np.array([c[m].mean() for c, m in zip(correct, membership, strict=True)])
    outside = np.array([c[~m].mean() for c, m in zip(correct, membership, strict=True)])
    return inside - outside


def _pairs(models: Sequence[float]) -> Floats:
    return np.asarray(models).reshape(-1, 2).mean(axis=1)


def _halves(pairs: Floats) -> list[float]:
    return [float(pairs[:_KNOWN].mean()), float(pairs[_KNOWN:].mean())]
