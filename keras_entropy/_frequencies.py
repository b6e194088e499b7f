"""Label frequencies of reference examples: bins, shrinkage, order. NumPy only."""

from __future__ import annotations

import numpy as np

# A confidence is at most 1, so an edge here is never reached: it stands for a bin
# that was merged with its neighbor.
NEVER = 2.0

# By how much the predicted class leads the others, where the frequencies alone would
# not let it lead.
_LEAD = 1.01

# Pseudo-counts that are tried out.
_STRENGTHS = 2.0 ** np.arange(-4, 11)


def halving_edges(confidence: np.ndarray, bins: int, min_count: int) -> np.ndarray:
    """Cuts off the lower half of the examples, then the lower half of these, ...

    Errors are found where the confidence is low, so that is where the bins are narrow.

    Args:
        confidence: float32 array `(n,)`.
        bins: Integer, the largest number of bins.
        min_count: Integer, the least number of examples in a bin.

    Returns:
        float32 array `(bins - 1,)`, ascending. Bin `i` holds what reaches exactly `i`
        of the edges; edges that would make too small a bin are `NEVER`.
    """
    ordered = np.sort(confidence)
    edges = np.full(bins - 1, NEVER, "float32")
    found: list[np.float32] = []
    upper = len(ordered)
    while len(found) < bins - 1 and upper > 1:
        # Equal confidences stay together.
        cut = int(np.searchsorted(ordered[:upper], ordered[upper // 2]))
        if cut < min_count or upper - cut < min_count:
            break
        below, above = ordered[cut - 1], ordered[cut]
        middle = np.float32((below + above) / 2)
        found.append(middle if middle > below else above)
        upper = cut
    edges[: len(found)] = found[::-1]
    return edges


def bin_of(confidence: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Returns the bin of each confidence, `edges` for all or one row for each."""
    return (confidence[:, None] >= edges).sum(axis=-1)


def shrunken(counts: np.ndarray, prior: np.ndarray) -> np.ndarray:
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


def non_increasing(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
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


def let_lead(rows: np.ndarray, leader: np.ndarray, weights: np.ndarray) -> np.ndarray:
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
