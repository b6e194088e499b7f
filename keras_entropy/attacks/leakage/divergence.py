"""How differently a signal is distributed over members and over non-members.

The claim that the reference study starts from is that the Jensen-Shannon distance of
entropy, or of cross-entropy, between the two sides goes with the success of attacks.
The plain distance of two histograms is above zero for equal distributions too, by about
sqrt((B - 1) (1/n + 1/m) / (8 ln 2)) with B bins: 0.12 for 50 bins and 1,000 examples a
side. Here its expectation over permuted memberships is taken off.

Reference: He et al., "Membership-Doctor", arXiv:2208.10445.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from scipy import special
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers

_BINS = 10
_PERMUTATIONS = 199
# Of which so many may reach what is found by chance alone: 2.5 % of 200.
_ABOVE = 5
# By which a tie with what was found may look smaller.
_ROUNDING = 1e-12


class DivergenceRow(TypedDict):
    """A divergence as plain JSON values."""

    value: float | None
    p: float | None


@dataclasses.dataclass(frozen=True)
class Divergence:
    """A bias-corrected Jensen-Shannon distance.

    Attributes:
        value: Float in 0..1 (base 2): 0 if the signal is distributed as it is expected
            to be when membership has nothing to do with it.
        p: Float, the share of permuted memberships with a divergence as large.
        excess: Float, in bits: the divergence, which is the squared distance, less what
            is expected by chance. Below 0 by half of the time if there is none, so
            that it can be ranked and averaged where `value` is mostly 0.
        low: Float, the smallest distance that the data allow: 0 in at least 97.5 % of
            all cases where membership has nothing to do with the signal.
    """

    value: float
    p: float
    excess: float
    low: float

    def row(self) -> DivergenceRow:
        """Returns the divergence as a dictionary of plain JSON values."""
        return {"value": self.value, "p": self.p}


def jensen_shannon(
    values: Floats, membership: Booleans, *, seed: int = 0
) -> Divergence:
    """Returns how far a signal's distributions over the two sides are apart.

    The bins are the tenths of all examples of a target, so that no choice of an
    edge decides. Over several targets the divergences are averaged. Permutations keep
    the design: the two models of a pair always get complementary memberships.

    Args:
        values: Float array `(R, N)`, for example `Signals.entropy`; R is 1 or even.
        membership: Boolean array `(R, N)`; with R > 1, rows `2j` and `2j + 1` are
            complements.
        seed: Integer, of the permutations.

    Returns:
        `Divergence`.

    Example:

        >>> values = np.random.default_rng(0).normal(size=(1, 2000))
        >>> member = np.arange(2000)[None] < 1000
        >>> jensen_shannon(values + member, member).value > 0.3
        True
    """
    rng = np.random.default_rng((seed, values.shape[1]))
    found: float = 0.0
    expected: Floats = np.zeros(_PERMUTATIONS)
    for start in range(0, len(values), 2):
        unit = values[start : start + 2]  # of a lone model, itself
        codes = np.stack([_quantile_codes(row) for row in unit])
        member = membership[start]
        # One draw decides for both models of the pair, so cells are joint ones, and
        # counting them takes the place of permuting examples.
        joint = codes.T @ _BINS ** np.arange(len(unit))
        counts = np.bincount(joint, minlength=_BINS ** len(unit))
        inside = np.bincount(joint[member], minlength=counts.size)
        drawn = rng.multivariate_hypergeometric(
            counts, int(member.sum()), _PERMUTATIONS, method="marginals"
        )
        for model in range(len(unit)):
            onto = np.eye(_BINS)[np.arange(counts.size) // _BINS**model % _BINS]
            found += _divergence((inside @ onto)[None], counts @ onto)[0]
            expected += _divergence(drawn @ onto, counts @ onto)
    found, expected = found / len(values), expected / len(values)
    p = _p_value(expected, found)
    excess = float(found - expected.mean())
    # Of 199 permuted divergences and the one found, no more than five are above this.
    largest = np.sort(expected)[-_ABOVE]
    return Divergence(
        value=float(np.sqrt(max(0.0, excess))),
        p=p,
        excess=excess,
        low=float(np.sqrt(found - largest))
        if p <= _ABOVE / (1 + _PERMUTATIONS)
        else 0.0,
    )


def rank_correlation(
    divergences: Sequence[float] | Floats, aucs: Sequence[float] | Floats
) -> tuple[float, float]:
    """Spearman's correlation over defenses, with its permutation p-value.

    Args:
        divergences: Sequence of floats, one for each defense.
        aucs: Sequence of floats, the AUC of an attack on the same defenses.

    Returns:
        `(correlation, p)`, floats; NaN and 1 if one side is constant or there are
        fewer than four defenses.
    """
    x, y = (stats.rankdata(side) for side in (divergences, aucs))
    if x.size < 4 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan"), 1.0

    def correlation(order: Integers) -> float:
        return float(np.corrcoef(x, y[order])[0, 1])

    found = correlation(np.arange(x.size))
    rng = np.random.default_rng(0)
    drawn = [correlation(rng.permutation(x.size)) for _ in range(1999)]
    return found, _p_value(np.abs(drawn), abs(found))


def _p_value(drawn: Floats, found: float) -> float:
    """Returns the share of draws, what was found among them, that are as large."""
    return float((1 + np.sum(drawn >= found - _ROUNDING)) / (1 + len(drawn)))


def _quantile_codes(values: Floats) -> Integers:
    edges = np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1])
    # Edges that fall into a block of ties coincide and leave bins empty.
    return np.searchsorted(edges, values, side="left")


def _divergence(inside: Floats, both: Floats) -> Floats:
    """Jensen-Shannon divergence in bits of counts `(P, B)` and `both - inside`."""
    shares = np.stack([inside, both - inside])
    shares = shares / shares.sum(axis=2, keepdims=True)
    middle = shares.mean(axis=0)
    return special.rel_entr(shares, middle).sum(axis=2).mean(axis=0) / np.log(2)
