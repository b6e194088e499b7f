"""Privacy against utility by strength: the rows in words, and their outcome."""

import math
from typing import TypedDict

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.format import estimate
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.rows import FrontierRow

_NAMED = 8


class StrengthWords(TypedDict):
    """One defense at one strength, as text."""

    name: str
    attack: str
    auc: str
    once: str
    often: str
    accuracy: str
    nll: str
    ece: str
    dominated: bool


def undominated(rows: list[FrontierRow]) -> str:
    """Returns a sentence that names the rows no other one beats, most private first.

    Args:
        rows: Rows of `frontier` in results.json with an AUC, at least one.
    """
    ordered = sorted(rows, key=_auc)
    best = [row["name"] for row in ordered if not row["dominated"]]
    if not best:
        return f"Of {len(rows)} each is dominated on AUC, accuracy and NLL by another."
    more = f", and {len(best) - _NAMED} more" if len(best) > _NAMED else ""
    return (
        f"{len(best)} of {len(rows)} are not dominated on AUC, accuracy and NLL: "
        f"{listing(best[:_NAMED])}{more}."
    )


def in_words(rows: list[FrontierRow]) -> list[StrengthWords]:
    """Returns the rows for people, the most private first.

    Args:
        rows: Rows of `frontier` in results.json.
    """
    return [
        {
            "name": row["name"],
            "attack": attack_words(row["attack"]),
            "auc": estimate(row["auc"], row["auc_low"], row["auc_high"]),
            "once": number(row["asked_once"]),
            "often": number(row["asked_often"]),
            "accuracy": percent(row["accuracy"]),
            "nll": number(row["nll"]),
            "ece": number(row["ece"]),
            "dominated": row["dominated"],
        }
        for row in sorted(rows, key=_auc)
    ]


def _auc(row: FrontierRow) -> float:
    return math.inf if row["auc"] is None else row["auc"]
