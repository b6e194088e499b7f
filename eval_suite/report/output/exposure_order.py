"""Whether defenses are exposed in the order that was published for other data.

Aerni, Zhang and Tramer ("Evaluations of Machine Learning Privacy Defenses are
Misleading", CCS 2024, arXiv:2404.17399) attack the most exposed records of CIFAR-10
models and find more of them without a defense than behind RelaxLoss, and there more
than behind HAMP. Two neighbors in that order are told apart here where their intervals
do not meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results

# The most exposed first.
_PUBLISHED = ("base", "relax-loss", "hamp")
_KINDS: tuple[tuple[Literal["canaries", "worst_off"], str], ...] = (
    ("canaries", "canaries"),
    ("worst_off", "the worst-off 5 %"),
)


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
    found = []
    for name in _PUBLISHED:
        exposed = known[name][kind] if name in known else None
        if exposed is None or exposed["tpr"] is None:
            continue
        low, high = exposed["tpr_low"], exposed["tpr_high"]
        if low is not None and high is not None:
            found.append((name, exposed["tpr"], low, high))
    if len(found) < 2:
        return None
    figures = ", ".join(f"{name} {percent(tpr)}" for name, tpr, _, _ in found)
    judged = [
        f"{one} and {other}: {_relation(ends, others)}"
        for (one, _, *ends), (other, _, *others) in pairwise(found)
    ]
    return (
        f"Members found among {words} at 1 % false positives, in the order that Aerni "
        f"et al. 2024 publish for CIFAR-10: {figures}. {'; '.join(judged)}."
    )


def _relation(one: list[float], other: list[float]) -> str:
    if one[0] > other[1]:
        return "as published"
    return "the reverse" if other[0] > one[1] else "not told apart"
