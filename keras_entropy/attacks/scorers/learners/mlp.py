"""A small network as attacker; the networks of all folds train as one stack."""

import numpy as np
from scipy import special

_HIDDEN = 64
_LEARNING_RATE = 3e-3
_DECAY = 1e-4
_STEPS = 400
_BATCH = (32, 512)


def mlp_scores(features, member, folds, count, rng):
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
    sides = [
        [np.flatnonzero((folds != fold) & side) for fold in range(count)]
        for side in (member, ~member)
    ]
    mean, scale = _moments(features, sides)
    network = _Network(count, features.shape[1], rng)
    smallest = min(len(rows) for side in sides for rows in side)
    half = int(np.clip(smallest // 8, _BATCH[0] // 2, _BATCH[1] // 2))
    sign = np.repeat([1.0, -1.0], half).astype(np.float32)
    batches = [_epochs(side, half, rng) for side in sides]
    data = features.astype(np.float32)
    mean32 = mean.astype(np.float32)[:, None]
    scale32 = scale.astype(np.float32)[:, None]
    for step in range(_STEPS):
        rows = np.hstack([next(batch) for batch in batches])
        inputs = (data[rows] - mean32) * scale32
        network.step(inputs, sign, _LEARNING_RATE * (1 - step / _STEPS))
    scores = np.empty(member.size)
    for fold in range(count):
        held = np.flatnonzero(folds == fold)
        scores[held] = network.score(fold, (features[held] - mean[fold]) * scale[fold])
    # A matrix product may round equal rows differently in their last digits.
    return np.round(scores, 9)


def _moments(features, sides):
    """Mean and inverse deviation `(F, d)` of the balanced training rows."""
    mean, variance = [], []
    for both in zip(*sides, strict=True):
        centre = np.mean([features[rows].mean(axis=0) for rows in both], axis=0)
        squares = [((features[rows] - centre) ** 2).mean(axis=0) for rows in both]
        mean.append(centre)
        variance.append(np.mean(squares, axis=0))
    mean, variance = np.array(mean), np.array(variance)
    # A column that is constant in training tells nothing, and must not explode.
    informative = variance > 1e-24 * (1 + mean**2)
    scale = np.zeros_like(variance)
    scale[informative] = variance[informative] ** -0.5
    return mean, scale


def _epochs(rows_of_folds, half, rng):
    """Endless `(F, half)` batches of rows; an epoch takes each row once."""
    smallest = min(len(rows) for rows in rows_of_folds)
    while True:
        shuffled = np.stack(
            [rng.permutation(rows)[:smallest] for rows in rows_of_folds]
        )
        if smallest < half:
            shuffled = np.tile(shuffled, -(-half // smallest))
        for start in range(0, shuffled.shape[1] - half + 1, half):
            yield shuffled[:, start : start + half]


class _Network:
    """F networks with one hidden layer and one output, and Adam."""

    def __init__(self, count, width, rng):
        first = rng.normal(0, np.sqrt(2 / width), (count, width, _HIDDEN))
        last = rng.normal(0, np.sqrt(1 / _HIDDEN), (count, _HIDDEN, 1))
        shapes = (first, np.zeros((count, 1, _HIDDEN)), last, np.zeros((count, 1, 1)))
        self._weights = [weight.astype(np.float32) for weight in shapes]
        self._first = [np.zeros_like(weight) for weight in self._weights]
        self._second = [np.zeros_like(weight) for weight in self._weights]
        self._time = 0

    def step(self, inputs, sign, rate):
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
        self._time += 1
        rate *= np.sqrt(1 - 0.999**self._time) / (1 - 0.9**self._time)
        for weight, mean, square, gradient in zip(
            self._weights, self._first, self._second, gradients, strict=True
        ):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            weight -= np.float32(rate) * mean / (np.sqrt(square) + np.float32(1e-7))

    def score(self, fold, inputs):
        """Log-odds `(n,)` of network `fold` on standardised inputs `(n, d)`."""
        first, bias, last, offset = (
            weight[fold].astype(np.float64) for weight in self._weights
        )
        return (np.maximum(inputs @ first + bias, 0) @ last + offset)[:, 0]
