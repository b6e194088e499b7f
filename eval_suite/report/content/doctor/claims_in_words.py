"""The claims behind the study: how each is decided, and what came out."""

from __future__ import annotations

from typing import NamedTuple

from eval_suite.report.format import number
from eval_suite.results.contents import Results
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.doctor.rows import Decision

# The look of a decision on the page.
_LOOKS: dict[Decision, str] = {
    "supported": "less",
    "refuted": "more",
    "not decided": "unclear",
}


class ComparedWords(NamedTuple):
    """One comparison: what, its effect with its interval, and what that says."""

    what: str
    effect: str
    decision: str
    look: str


class ClaimWords(NamedTuple):
    """One claim, with its rule before its outcome."""

    name: str
    says: str
    measure: str
    rule: str
    decision: str
    look: str
    sentence: str
    comparisons: list[ComparedWords]


def claims_in_words(results: Results) -> list[ClaimWords]:
    """Returns the claims in their order; none where they were not tested.

    Args:
        results: Checked results.
    """
    doctor = results.get("doctor")
    if not doctor:
        return []
    return [
        ClaimWords(
            claim["claim"],
            claim["says"],
            claim["measure"],
            claim["rule"],
            claim["decision"],
            _LOOKS[claim["decision"]],
            claim["sentence"],
            [
                _compared(row)
                for row in doctor["comparisons"]
                if row["claim"] == claim["claim"]
            ],
        )
        for claim in doctor["claims"]
    ]


def claim_sentences(results: Results) -> list[str]:
    """Returns a line for each claim: its name, what came out, and what it means.

    Args:
        results: Checked results.
    """
    return [
        f"{claim.name} {claim.decision}: {claim.sentence}"
        for claim in claims_in_words(results)
    ]


def _compared(row: ComparisonRow) -> ComparedWords:
    effect = f"{number(row['effect'])} [{number(row['low'])}, {number(row['high'])}]"
    return ComparedWords(row["what"], effect, row["decision"], _LOOKS[row["decision"]])
