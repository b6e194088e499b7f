"""Quality of predictions for users: accuracy, likelihood, calibration, entropy."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import SMALLEST_FLOAT32
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

ECE_BINS = 15


def hits(outputs: Floats, labels: Integers) -> Floats:
    """Returns for each row whether its largest entry is the label's, 1 or 0.

    A row whose maximum is shared counts as the share of the maximum that the label
    holds, so that a constant output is right by chance and not by class order.
    """
    largest = outputs.max(axis=-1, keepdims=True)
    winners = outputs == largest
    held = np.take_along_axis(winners, labels[:, None], axis=-1)[:, 0]
    return held / winners.sum(axis=-1)


def accuracy(outputs: Floats, labels: Integers) -> float:
    """Returns the share of rows whose largest entry is the label's, as `hits` says."""
    return float(hits(outputs, labels).mean())


def tied_share(outputs: Floats) -> float:
    """Returns the share of rows whose maximum is shared by several classes."""
    winners = (outputs == outputs.max(axis=-1, keepdims=True)).sum(axis=-1)
    return float((winners > 1).mean())


def nll(outputs: Floats, labels: Integers) -> float:
    """Returns the mean negative log-likelihood of the labels, in nats.

    A probability of 0 counts as the smallest float32, about 103 nats.
    """
    given = np.take_along_axis(outputs, labels[:, None], axis=-1)
    return float(-np.log(np.maximum(given.astype("float64"), SMALLEST_FLOAT32)).mean())


def expected_calibration_error(outputs: Floats, labels: Integers) -> float:
    """Returns the ECE over 15 bins of equal width (Guo et al., 2017), in 0..1."""
    confidence = outputs.max(axis=-1).astype("float64")
    correct = outputs.argmax(axis=-1) == labels
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    gap = np.bincount(bins, weights=correct - confidence, minlength=ECE_BINS)
    return float(np.abs(gap).sum() / len(labels))


def entropies(outputs: Floats) -> Floats:
    """Returns the Shannon entropy of each row, in nats, computed in float64."""
    rows = outputs.astype("float64")
    return -(rows * np.log(np.where(rows > 0, rows, 1.0))).sum(axis=-1)


def mean_entropy(outputs: Floats) -> float:
    """Returns the mean Shannon entropy of the rows, in nats."""
    return float(entropies(outputs).mean())
