"""Privacy against utility by strength: the rows in words, and what they come to."""

import math

from eval_suite.report.format import estimate
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent

_NAMED = 8


def finding(found: list[dict]) -> str:
    """Returns which rows no other one beats, the most private first.

    Args:
        found: Rows of `frontier` in results.json with an AUC, at least one.
    """
    ordered = sorted(found, key=lambda row: row["auc"])
    best = [row["name"] for row in ordered if not row["dominated"]]
    if not best:
        return f"Of {len(found)} each is dominated on AUC, accuracy and NLL by another."
    more = f", and {len(best) - _NAMED} more" if len(best) > _NAMED else ""
    return (
        f"{len(best)} of {len(found)} are not dominated on AUC, accuracy and NLL: "
        f"{listing(best[:_NAMED])}{more}."
    )


def in_words(found: list[dict]) -> list[dict]:
    """Returns the rows for people, the most private first.

    Args:
        found: Rows of `frontier` in results.json.
    """
    ordered = sorted(
        found, key=lambda row: math.inf if row["auc"] is None else row["auc"]
    )
    return [
        {
            "name": row["name"],
            "attack": row["attack"],
            "auc": estimate(row["auc"], row["auc_low"], row["auc_high"]),
            "accuracy": percent(row["accuracy"]),
            "nll": number(row["nll"]),
            "ece": number(row["ece"]),
            "dominated": row["dominated"],
        }
        for row in ordered
    ]
