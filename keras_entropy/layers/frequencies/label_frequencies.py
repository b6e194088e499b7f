"""Label frequencies of reference examples: bins, shrinkage, order. NumPy only."""

from __future__ import annotations

import itertools

import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.numerics.probability_vectors import TINY

# A confidence is at most 1, so an edge here is never reached: it stands for a bin
# that was merged with its neighbor.
NEVER = 2.0

# By how much the predicted class leads the others, where the frequencies alone would
# not let it lead.
_LEAD = 1.01

# Pseudo-counts and temperatures that are tried out.
_STRENGTHS = 2.0 ** np.arange(-4, 11)
_TEMPERATURES = 2.0 ** np.arange(0, 4, 0.0625)


def calibrated(outputs: Floats, labels: Integers) -> Floats:
    """Returns the outputs, float64, under the temperature that fits the labels best.

    The temperature is at least 1, because a model is too sure of itself, not too
    little.
    """
    logs = np.log(np.maximum(outputs.astype("float64"), TINY))
    given = np.arange(len(labels)), labels

    def tempered(temperature: float) -> Floats:
        scaled = logs / temperature
        scaled -= scaled.max(axis=-1, keepdims=True)
        return scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True))

    best = max(_TEMPERATURES, key=lambda t: tempered(t)[given].mean())
    return np.exp(tempered(best))


def informative_edges(
    confidence: Floats, rows: Floats, bins: int, min_count: int
) -> Floats:
    """Cuts the range of confidences where the rows on the two sides differ most.

    Each cut is the one by which the entropy of the mean row falls most, as in a
    regression tree in one variable. Equal quantiles would spend most of the bins on
    confidences of 0.999 and above, which are worth nothing to a user and much to an
    attacker.

    Args:
        confidence: float32 array `(n,)`.
        rows: float64 array `(n, m)` of distributions.
        bins: Integer, the largest number of bins.
        min_count: Integer, the least number of examples in a bin.

    Returns:
        float32 array `(bins - 1,)`, ascending. Bin `i` holds the confidences that
        reach exactly `i` of the edges; where no further cut is allowed or helps, edges
        are `NEVER`.
    """
    order = np.argsort(confidence, kind="stable")
    ordered = confidence[order]
    sums = np.vstack([np.zeros(rows.shape[1]), np.cumsum(rows[order], axis=0)])
    cuts = [0, len(ordered)]
    while len(cuts) <= bins:
        spans = itertools.pairwise(cuts)
        best_cuts = [_best_cut(ordered, sums, *span, min_count) for span in spans]
        gain, cut = max(best_cuts)
        if gain < 1e-6:  # of all examples together, so that less is rounding
            break
        cuts = sorted([*cuts, cut])
    edges = np.full(bins - 1, NEVER, "float32")
    for i, cut in enumerate(cuts[1:-1]):
        below, above = ordered[cut - 1], ordered[cut]
        middle = np.float32((below + above) / 2)
        edges[i] = middle if middle > below else above
    return edges


def _best_cut(
    ordered: Floats, sums: Floats, start: int, stop: int, min_count: int
) -> tuple[float, int]:
    """Returns how many nats the best cut between two places saves, and where it is."""
    cut = np.arange(start + min_count, stop - min_count + 1)
    cut = cut[ordered[cut - 1] < ordered[cut]] if len(cut) else cut
    if not len(cut):
        return 0.0, start

    def cost(first: Integers, last: Integers) -> Floats:
        total = sums[last] - sums[first]
        size = np.reshape(last - first, (-1, 1))
        logs = np.log(np.maximum(total / size, TINY))
        return -(total * logs).sum(axis=-1)

    ends = np.array([start]), np.array([stop])
    gain: Floats = cost(*ends) - (cost(ends[0], cut) + cost(cut, ends[1]))
    best = int(gain.argmax())
    return float(gain[best]), int(cut[best])


def bin_of(confidence: Floats, edges: Floats) -> Integers:
    """Returns the bin of each confidence, `edges` for all or one row for each."""
    return (confidence[:, None] >= edges).sum(axis=-1)


def shrunken(counts: Floats, prior: Floats) -> Floats:
    """Returns frequencies that are drawn to a prior as much as predicts best.

    The posterior mean under a Dirichlet prior `s * prior`, with the strength `s` for
    which the examples, each left out in turn, are most likely.

    Args:
        counts: Array `(cells, outcomes)` of how often each outcome was seen.
        prior: float64 array `(cells, outcomes)` of positive probabilities.
    """
    counts = np.asarray(counts, "float64")
    sizes = counts.sum(axis=-1, keepdims=True)
    seen = counts > 0

    def likelihood(strength: float) -> float:
        others = np.maximum(counts - 1, 0) + strength * prior
        total = np.maximum(sizes - 1, 0) + strength
        return float((counts * np.log(np.where(seen, others / total, 1.0))).sum())

    strength = max(_STRENGTHS, key=likelihood)
    return (counts + strength * prior) / (sizes + strength)


def non_increasing(values: Floats, weights: Floats) -> Floats:
    """Returns the nearest non-increasing sequence, in weighted least squares.

    Args:
        values: float64 array `(n,)`.
        weights: Positive float64 array `(n,)`.
    """
    mass = np.append(0.0, np.cumsum(values * weights))
    weight = np.append(0.0, np.cumsum(weights))
    first, last = np.ogrid[: len(values), 1 : len(values) + 1]
    proper = first < last
    width = np.where(proper, weight[last] - weight[first], 1.0)
    # The largest mean of what starts at `first` and ends at or after each place, and
    # of these the smallest over the starts up to the place: the minimax formula.
    mean = np.where(proper, (mass[last] - mass[first]) / width, -np.inf)
    largest = np.maximum.accumulate(mean[:, ::-1], axis=1)[:, ::-1]
    largest = np.where(first <= last - 1, largest, np.inf)
    return largest.min(axis=0)


def let_lead(rows: Floats, leader: Integers, weights: Floats) -> Floats:
    """Raises one entry of each row just above the others, where it is not.

    Args:
        rows: float64 array `(n, m)` of distributions with the given weights.
        leader: Integer array `(n,)`: the column that is to hold the largest entry.
        weights: Array `(m,)`: how many entries each column stands for.

    Returns:
        Rows whose weighted sum is 1.
    """
    others = rows.copy()
    place = np.arange(len(rows)), leader
    others[place] = -np.inf
    out = rows.copy()
    out[place] = np.maximum(rows[place], _LEAD * others.max(axis=-1))
    return out / (out * weights).sum(axis=-1, keepdims=True)


def check_enough(examples: int, min_count: int) -> None:
    """Raises `ValueError` if there are too few reference examples to count."""
    if examples < min_count:
        raise ValueError(
            "`fit` needs at least `min_count` reference examples: give it more, or the "
            f"layer a smaller `min_count`. Received: {examples} examples, "
            f"min_count={min_count}"
        )
