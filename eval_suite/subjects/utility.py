"""Accuracy, calibration and entropy of answers, with intervals."""

from __future__ import annotations

import numpy as np

from eval_suite.results.rows import Utility
from keras_entropy import prediction_quality
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.statistics.intervals import mean_interval
from keras_entropy.attacks.statistics.intervals import share_interval


def utility_over_models(
    outputs: Array, labels: Integers, membership: Booleans
) -> Utility:
    """Returns the means over models in complementary pairs.

    Accuracy, NLL, ECE and entropy are on non-members; the interval of the accuracy is a
    t interval over the pairs.

    Args:
        outputs: Float array `(K, N, C)` of probabilities.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`.
    """
    outside = [
        (outputs[k][~members], labels[~members]) for k, members in enumerate(membership)
    ]
    inside = [
        (outputs[k][members], labels[members]) for k, members in enumerate(membership)
    ]
    per_model = np.array([prediction_quality.accuracy(*pair) for pair in outside])
    _, low, high = mean_interval(per_model.reshape(-1, 2).mean(axis=1))
    entropy = float(
        np.mean([prediction_quality.mean_entropy(rows) for rows, _ in outside])
    )
    return {
        "accuracy": float(per_model.mean()),
        "accuracy_low": max(0.0, float(low)),
        "accuracy_high": min(1.0, float(high)),
        "member_accuracy": float(
            np.mean([prediction_quality.accuracy(*pair) for pair in inside])
        ),
        "nll": float(np.mean([prediction_quality.nll(*pair) for pair in outside])),
        "ece": float(
            np.mean(
                [
                    prediction_quality.expected_calibration_error(*pair)
                    for pair in outside
                ]
            )
        ),
        "entropy_mean": entropy,
        "entropy_normalized": entropy / float(np.log(outputs.shape[-1])),
    }


def accuracies(
    sides: tuple[Array, Array], labels: tuple[Integers, Integers]
) -> Utility:
    """Returns the accuracies of one model on members and on non-members.

    The interval, on non-members, is Clopper and Pearson's, over examples.

    Args:
        sides: Probabilities of members `(n, C)` and of non-members `(m, C)`.
        labels: Likewise, `(n,)` and `(m,)`.
    """
    accuracy = prediction_quality.accuracy(sides[1], labels[1])
    hits = round(accuracy * len(labels[1]))
    low, high = share_interval(hits, len(labels[1]))
    return {
        "accuracy": accuracy,
        "accuracy_low": float(low),
        "accuracy_high": float(high),
        "member_accuracy": prediction_quality.accuracy(sides[0], labels[0]),
    }


def utility_over_examples(
    sides: tuple[Array, Array], labels: tuple[Integers, Integers]
) -> Utility:
    """Returns the accuracies of one model, and its NLL, ECE and entropy.

    Args:
        sides: As for `accuracies`.
        labels: Likewise.
    """
    outside = sides[1]
    entropy = prediction_quality.mean_entropy(outside)
    return {
        **accuracies(sides, labels),
        "nll": prediction_quality.nll(outside, labels[1]),
        "ece": prediction_quality.expected_calibration_error(outside, labels[1]),
        "entropy_mean": entropy,
        "entropy_normalized": entropy / float(np.log(outside.shape[-1])),
    }


def shares_right(
    sides: tuple[Array, Array], labels: tuple[Integers, Integers]
) -> tuple[Floats, Floats]:
    """Returns which share of each example's answers is right, of members and others.

    Args:
        sides: Probabilities `(n, steps, C)` and `(m, steps, C)`.
        labels: Likewise, `(n, steps)` and `(m, steps)`.
    """
    inside, outside = (
        prediction_quality.hits(rows.reshape(-1, rows.shape[-1]), y.reshape(-1))
        .reshape(y.shape)
        .mean(axis=1)
        for rows, y in zip(sides, labels, strict=True)
    )
    return inside, outside


def utility_over_steps(
    sides: tuple[Array, Array], labels: tuple[Integers, Integers]
) -> Utility:
    """Returns the same of one model that answers several times about an example.

    The interval is a t interval over examples, whose steps are not independent.

    Args:
        sides: As for `shares_right`.
        labels: Likewise.
    """
    inside, outside = shares_right(sides, labels)
    _, low, high = mean_interval(outside)
    rows, y = sides[1].reshape(-1, sides[1].shape[-1]), labels[1].reshape(-1)
    entropy = prediction_quality.mean_entropy(rows)
    return {
        "accuracy": float(outside.mean()),
        "accuracy_low": max(0.0, float(low)),
        "accuracy_high": min(1.0, float(high)),
        "member_accuracy": float(inside.mean()),
        "nll": prediction_quality.nll(rows, y),
        "ece": prediction_quality.expected_calibration_error(rows, y),
        "entropy_mean": entropy,
        "entropy_normalized": entropy / float(np.log(rows.shape[-1])),
    }
