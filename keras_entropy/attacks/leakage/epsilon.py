"""A lower bound on epsilon that holds, from one attack on one model.

The usual bounds take the maximum over thresholds on the data that they are computed
from, and are above zero on most leak-free models. Here the attack, the threshold and
the direction are chosen on three tenths of the examples and certified, with exact
binomial limits, on the rest.

The examples' membership was not drawn for the audit, and one model was trained: this
is an empirical epsilon of this model on these examples, not a bound on the training
algorithm's.

References: Jagielski et al., NeurIPS 2020, arXiv:2006.07709; Clopper and Pearson,
Biometrika 26, 1934.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.array_checks import check_confidence
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.roc import RocFamily

# Members, and as many non-members, that a bound needs.
FEWEST = 10

_CHOOSE = 0.3
_CANDIDATES = 64


@dataclasses.dataclass(frozen=True)
class EpsilonBound:
    """A lower bound on epsilon.

    Attributes:
        value: Float, at least 0.
        ceiling: Float, what a perfect attack would have given on as many examples; no
            leak can show more than this.
        attack: String, the attack that was chosen.
        threshold: Float, the score that was chosen.
        of_members: Boolean: whether the bound is ln(TPR / FPR), of calling scores from
            the threshold on members, or ln(TNR / FNR).
        reversed: Boolean: whether lower scores were found to mean members, so that
            scores up to the threshold are called members.
        confidence: Float, the probability of a valid bound.
    """

    value: float
    ceiling: float
    attack: str
    threshold: float
    of_members: bool
    reversed: bool
    confidence: float


def epsilon_lower_bound(
    scores: Mapping[str, Floats],
    member: Booleans,
    *,
    delta: float = 0.0,
    confidence: float = 0.95,
    seed: int = 0,
) -> EpsilonBound:
    """Returns the epsilon that the best of several attacks certifies.

    Either direction of an attack may be the one that leaks: a model may be *less* sure
    of its members. It is chosen like the threshold, on examples of its own.

    Args:
        scores: Dict from an attack's name to a float array `(n,)`, larger for a
            likelier member. The scores of an attack must be comparable, so none of a
            cross-fitted attacker.
        member: Boolean array `(n,)`, at least 10 of both.
        delta: Float in [0, 1), of (epsilon, delta). Defaults to 0.
        confidence: Float in (0, 1). Defaults to 0.95.
        seed: Integer, of the split.

    Returns:
        `EpsilonBound`.

    Raises:
        ValueError: If the shapes disagree, a score is NaN, a side has fewer than 10
            examples, or `delta` or `confidence` is out of its range.

    Example:

        >>> member = np.arange(4000) < 2000
        >>> bound = epsilon_lower_bound({"loss": np.where(member, 1.0, 0.0)}, member)
        >>> bound.value == bound.ceiling > 5
        True
    """
    check_confidence(confidence)
    if not 0 <= delta < 1:  # also rejects NaN
        raise ValueError(
            f"`delta` must be at least 0 and below 1. Received: delta={delta}"
        )
    member = np.asarray(member, bool)
    rows = {name: np.asarray(row, np.float64) for name, row in scores.items()}
    if not rows or any(row.shape != member.shape for row in rows.values()):
        raise ValueError(
            "`scores` must hold, for each attack, one number for each entry of "
            f"`member`. Received: { ({k: v.shape for k, v in rows.items()}) }, "
            f"member.shape={member.shape}"
        )
    for name, row in rows.items():
        if np.isnan(row).any():
            raise ValueError(
                f"`scores` must be numbers. Received: {np.isnan(row).sum()} of "
                f"{row.size} scores of {name!r} are NaN"
            )
    if min(member.sum(), (~member).sum()) < FEWEST:
        raise ValueError(
            f"An epsilon bound needs at least {FEWEST} members and {FEWEST} "
            f"non-members. Received: {member.sum()} members, {(~member).sum()} "
            "non-members"
        )
    rng = np.random.default_rng((seed, member.size))
    choose = np.zeros(member.size, bool)
    for side in (np.flatnonzero(member), np.flatnonzero(~member)):
        choose[rng.permutation(side)[: round(_CHOOSE * side.size)]] = True
    # Two limits, on the numerator and on the denominator, share the error.
    tail = (1 - confidence) / 2
    best = max(
        _best(row, member, choose, delta, tail, name, sign)
        for name, row in rows.items()
        for sign in (1, -1)
    )
    of_members = best.of_members
    scored = best.sign * rows[best.attack]
    certify, totals = ~choose, _totals(member, ~choose, of_members)
    flagged = certify & ((scored >= best.threshold) == of_members)
    hits = int((flagged & (member == of_members)).sum())
    false = int((flagged & (member != of_members)).sum())
    return EpsilonBound(
        value=max(0.0, float(_log_ratio(hits, false, *totals, delta, tail))),
        ceiling=max(0.0, float(_log_ratio(totals[0], 0, *totals, delta, tail))),
        attack=best.attack,
        threshold=best.sign * best.threshold,
        of_members=of_members,
        reversed=best.sign == -1,
        confidence=confidence,
    )


class _Choice(NamedTuple):
    """The choice to certify: the largest bound, of equal ones the last by name."""

    bound: float
    attack: str
    sign: int
    threshold: float
    of_members: bool


def _best(
    scores: Floats,
    member: Booleans,
    choose: Booleans,
    delta: float,
    tail: float,
    name: str,
    sign: int,
) -> _Choice:
    """Returns the threshold and side that are best on the first part.

    Args:
        scores: The attack's, of all examples.
        member: Who is a member.
        choose: The examples to choose by.
        delta: Of (epsilon, delta).
        tail: Error probability of each limit.
        name: The attack's name.
        sign: 1 where larger scores mean members, or -1.
    """
    roc = RocFamily(sign * scores[choose], member[choose])
    members, nonmembers = int(roc.members[0]), int(roc.nonmembers[0])
    vertices = np.unique(_spread(roc.tp) + _spread(roc.fp))
    tp, fp = roc.tp[vertices], roc.fp[vertices]
    up = _log_ratio(tp, fp, members, nonmembers, delta, tail)
    down = _log_ratio(nonmembers - fp, members - tp, nonmembers, members, delta, tail)
    of_members = bool(up.max() >= down.max())
    bounds = up if of_members else down
    best = int(bounds.argmax())
    threshold = float(roc.thresholds[vertices[best]])
    return _Choice(float(bounds[best]), name, sign, threshold, of_members)


def _spread(counts: Integers) -> list[int]:
    """Vertices at geometrically spaced counts from either end."""
    total = int(counts[-1])
    steps = np.unique(np.geomspace(1, total + 1, _CANDIDATES).astype(int)) - 1
    wanted = np.r_[steps, total - steps]
    last = np.searchsorted(counts, wanted, "right") - 1
    return last[last >= 0].tolist()


def _totals(member: Booleans, rows: Booleans, of_members: bool) -> tuple[int, int]:
    """Returns how many are there of the side that is looked for, and of the other."""
    members, nonmembers = int((rows & member).sum()), int((rows & ~member).sum())
    return (members, nonmembers) if of_members else (nonmembers, members)


def _log_ratio(
    hits: int | Integers,
    false: int | Integers,
    positives: int,
    negatives: int,
    delta: float,
    tail: float,
) -> Floats:
    """ln((lower limit of the hit rate - delta) / upper limit of the false rate)."""
    low, _ = intervals.share_interval(hits, positives, 1 - 2 * tail)
    _, high = intervals.share_interval(false, negatives, 1 - 2 * tail)
    return np.log(np.maximum(low - delta, np.finfo(float).tiny)) - np.log(high)
