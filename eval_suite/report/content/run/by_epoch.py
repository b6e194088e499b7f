"""In words, what one training gives away epoch by epoch."""

from __future__ import annotations

from typing import TypedDict

from eval_suite.report.format import estimate
from eval_suite.report.format import percent
from eval_suite.results.contents import Results
from eval_suite.results.rows import EpochRow


class EpochWords(TypedDict):
    """One epoch of one training, as text."""

    defense: str
    epoch: str
    auc: str
    member_accuracy: str
    nonmember_accuracy: str


def trainings(results: Results) -> dict[str, list[EpochRow]]:
    """Returns the epochs of each training, by its defense."""
    found: dict[str, list[EpochRow]] = {}
    for row in results.get("epochs", []):
        found.setdefault(row["defense"], []).append(row)
    return found


def best_and_last(name: str, rows: list[EpochRow]) -> str:
    """Returns the epoch of the highest accuracy on others, and the last one.

    Args:
        name: What the training is called.
        rows: Its epochs, at least one.
    """
    best = max(rows, key=lambda row: row["nonmember_accuracy"])
    last = rows[-1]
    if best is last:
        return f"{name} is most accurate on others after its last epoch, {_told(last)}"
    return (
        f"{name} is most accurate on others after epoch {_told(best)}; its last epoch "
        f"is {_told(last)}"
    )


def _told(row: EpochRow) -> str:
    auc = estimate(row["auc"], row["auc_low"], row["auc_high"])
    return f"{row['epoch']}: {percent(row['nonmember_accuracy'])}, AUC {auc}"


def in_words(results: Results) -> list[EpochWords]:
    """Returns the epochs for people, in their order."""
    return [
        {
            "defense": row["defense"],
            "epoch": str(row["epoch"]),
            "auc": estimate(row["auc"], row["auc_low"], row["auc_high"]),
            "member_accuracy": percent(row["member_accuracy"]),
            "nonmember_accuracy": percent(row["nonmember_accuracy"]),
        }
        for row in results.get("epochs", [])
    ]
