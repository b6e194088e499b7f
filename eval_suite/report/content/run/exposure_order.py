"""Whether defenses are exposed in the order that was published for other data.

Aerni, Zhang and Tramer ("Evaluations of Machine Learning Privacy Defenses are
Misleading", CCS 2024, arXiv:2404.17399) attack the most exposed records of CIFAR-10
models and find more of them without a defense than behind RelaxLoss, there more than
behind SELENA or HAMP, and the fewest of models trained by DP-SGD. Two rows of
neighboring places in that order are told apart here where their intervals do not meet.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Literal
from typing import NamedTuple

from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results

# The most exposed first; rows of one place are not compared with each other.
_PUBLISHED = (
    ("base",),
    ("relax-loss",),
    ("selena", "hamp"),
    ("dp-sgd", "dp-sgd-reference", "dp-sgd-reference-strict"),
)
_KINDS: tuple[tuple[Literal["canaries", "worst_off"], str], ...] = (
    ("canaries", "canaries"),
    ("worst_off", "the worst-off 5 %"),
)
_SHOWN, _REVERSE, _OPEN = "as published", "the reverse", "not told apart"


class _Found(NamedTuple):
    """The share of members that is found behind a defense, and its interval."""

    name: str
    rate: float
    low: float
    high: float


def exposure_order(results: Results) -> list[str]:
    """Returns a sentence for each kind of records on which the order was measured.

    Args:
        results: Checked results; without two of the published defenses there is no
            sentence.
    """
    known = {row["name"]: row for row in results["defenses"]}
    return [
        sentence
        for kind, words in _KINDS
        if (sentence := _sentence(known, kind, words)) is not None
    ]


def _sentence(
    known: Mapping[str, Defense], kind: Literal["canaries", "worst_off"], words: str
) -> str | None:
    places = [
        [found for name in names if (found := _found(known.get(name), kind))]
        for names in _PUBLISHED
    ]
    places = [place for place in places if place]
    if len(places) < 2:
        return None
    figures = "; ".join(
        ", ".join(f"{found.name} {percent(found.rate)}" for found in place)
        for place in places
    )
    pairs: dict[str, list[str]] = {_SHOWN: [], _REVERSE: [], _OPEN: []}
    for upper, lower in itertools.pairwise(places):
        for one, other in itertools.product(upper, lower):
            pairs[_relation(one, other)].append(f"{one.name} > {other.name}")
    return (
        f"Members found among {words} at 1 % false positives, in the order that Aerni "
        f"et al. 2024 publish for CIFAR-10, the most exposed first: {figures}. "
        f"{_outcome(pairs)}."
    )


def _found(
    row: Defense | None, kind: Literal["canaries", "worst_off"]
) -> _Found | None:
    exposed = None if row is None else row[kind]
    if row is None or exposed is None:
        return None
    rate, low, high = exposed["tpr"], exposed["tpr_low"], exposed["tpr_high"]
    if rate is None or low is None or high is None:
        return None
    return _Found(row["name"], rate, low, high)


def _relation(one: _Found, other: _Found) -> str:
    if one.low > other.high:
        return _SHOWN
    return _REVERSE if other.low > one.high else _OPEN


def _outcome(pairs: Mapping[str, list[str]]) -> str:
    """Returns whether the order holds, by all pairs of neighboring places."""
    if not pairs[_REVERSE] and not pairs[_OPEN]:
        return "Here the order is the same"
    differs = "differs" if pairs[_REVERSE] else "is not contradicted, and shown in part"
    told = [f"{kind}: {', '.join(names)}" for kind, names in pairs.items() if names]
    text = "; ".join(told)
    return f"Here the order {differs}. {text[0].upper()}{text[1:]}"
