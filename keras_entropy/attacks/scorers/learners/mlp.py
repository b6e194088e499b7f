"""A small network as attacker; the networks of all folds train as one stack."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
from scipy import special

from keras_entropy.adam import Adam
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

_HIDDEN = 64
_LEARNING_RATE = 3e-3
_DECAY = 1e-4
_STEPS = 400
# Members of a batch, and as many non-members.
_LEAST, _MOST = 16, 256
# Of a small training set, a batch takes this share.
_BATCH_SHARE = 8


def mlp_scores(
    features: Floats,
    member: Booleans,
    folds: Integers,
    count: int,
    rng: np.random.Generator,
) -> Floats:
    """Held-out log-odds of membership from a network with one hidden layer.

    One configuration, no search: 64 ReLU units, Adam with a rate that falls linearly
    from 3e-3, 400 steps of balanced batches (half members, half non-members, drawn
    without replacement within an epoch of each side), weight decay 1e-4.

    Args:
        features: Float64 array `(n, d)`.
        member: Boolean array `(n,)`.
        folds: Integer array `(n,)`, in `0..count - 1`.
        count: Integer, the number of folds F, trained as one stack.
        rng: `numpy.random.Generator`.

    Returns:
        Float64 array `(n,)`: row i is scored by the network that did not see fold
        `folds[i]`. Equal rows of a fold get equal scores.
    """
    training = [
        [np.flatnonzero((folds != fold) & side) for side in (member, ~member)]
        for fold in range(count)
    ]
    mean, scale = _moments(features, training)
    # The other folds are trained on this fold's labels, so nothing of theirs may reach
    # its network: each fold has random numbers and epochs of its own, and the batches'
    # size, which all share, knows no label.
    streams = rng.spawn(count)
    share = member.size * (count - 1) // (2 * _BATCH_SHARE * count)
    half = int(np.clip(share, _LEAST, _MOST))
    batches = [
        [_batches(rows, half, streams[fold]) for rows in sides]
        for fold, sides in enumerate(training)
    ]
    network = _Network(features.shape[1], streams)
    sign = np.repeat([1.0, -1.0], half).astype(np.float32)
    data = features.astype(np.float32)
    mean32 = mean.astype(np.float32)[:, None]
    scale32 = scale.astype(np.float32)[:, None]
    for step in range(_STEPS):
        rows = np.stack(
            [np.concatenate([next(side) for side in sides]) for sides in batches]
        )
        inputs = (data[rows] - mean32) * scale32
        network.step(inputs, sign, _LEARNING_RATE * (1 - step / _STEPS))
    scores = np.empty(member.size)
    for fold in range(count):
        held = np.flatnonzero(folds == fold)
        scores[held] = network.score(fold, (features[held] - mean[fold]) * scale[fold])
    # A matrix product may round equal rows differently in their last digits.
    return np.round(scores, 9)


def _moments(
    features: Floats, training: Sequence[Sequence[Integers]]
) -> tuple[Floats, Floats]:
    """Mean and inverse deviation `(F, d)` of the balanced training rows."""
    means, variances = [], []
    for sides in training:
        centre = np.mean([features[rows].mean(axis=0) for rows in sides], axis=0)
        squares = [((features[rows] - centre) ** 2).mean(axis=0) for rows in sides]
        means.append(centre)
        variances.append(np.mean(squares, axis=0))
    mean, variance = np.array(means), np.array(variances)
    # A column that is constant in training tells nothing, and must not explode.
    informative = variance > 1e-24 * mean**2
    scale = np.zeros_like(variance)
    scale[informative] = variance[informative] ** -0.5
    return mean, scale


def _batches(rows: Integers, half: int, rng: np.random.Generator) -> Iterator[Integers]:
    """Endless batches `(half,)` of rows; an epoch takes each row once."""
    while True:
        # As often as a batch needs them: once, unless they are few.
        shuffled = np.tile(rng.permutation(rows), -(-half // rows.size))
        for start in range(0, shuffled.size - half + 1, half):
            yield shuffled[start : start + half]


class _Network:
    """F networks with one hidden layer and one output.

    Args:
        width: Integer, the number of features.
        streams: F generators, of the first weights.
    """

    def __init__(self, width: int, streams: Sequence[np.random.Generator]) -> None:
        count = len(streams)
        first = [rng.normal(0, np.sqrt(2 / width), (width, _HIDDEN)) for rng in streams]
        last = [rng.normal(0, np.sqrt(1 / _HIDDEN), (_HIDDEN, 1)) for rng in streams]
        self._weights: list[Floats] = [
            np.stack(first).astype(np.float32),
            np.zeros((count, 1, _HIDDEN), np.float32),
            np.stack(last).astype(np.float32),
            np.zeros((count, 1, 1), np.float32),
        ]
        self._adam = Adam(self._weights)

    def step(self, inputs: Floats, sign: Floats, rate: float) -> None:
        """One step of Adam on inputs `(F, B, d)` with targets +-1 `(B,)`."""
        first, bias, last, offset = self._weights
        hidden = np.maximum(inputs @ first + bias, 0)
        margin = sign[:, None] * (hidden @ last + offset)
        slope = -sign[:, None] * special.expit(-margin) / np.float32(sign.size)
        back = (slope @ last.transpose(0, 2, 1)) * (hidden > 0)
        gradients = (
            inputs.transpose(0, 2, 1) @ back + _DECAY * first,
            back.sum(axis=1, keepdims=True),
            hidden.transpose(0, 2, 1) @ slope + _DECAY * last,
            slope.sum(axis=1, keepdims=True),
        )
        self._adam.step(gradients, rate)

    def score(self, fold: int, inputs: Floats) -> Floats:
        """Log-odds `(n,)` of network `fold` on standardised inputs `(n, d)`."""
        first, bias, last, offset = (
            weight[fold].astype(np.float64) for weight in self._weights
        )
        return (np.maximum(inputs @ first + bias, 0) @ last + offset)[:, 0]
