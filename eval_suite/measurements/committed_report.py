"""The committed report's figures of a trained defense, to hold a new run to."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from eval_suite.subjects.subject import Subject

# Beside the package in a checkout; an installed wheel has none.
RESULTS = Path(__file__).parents[2] / "reports" / "example" / "results.json"


@dataclasses.dataclass(frozen=True)
class Expected:
    """The strongest attack's AUC in the committed report.

    Args:
        auc: The estimate.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    auc: float
    low: float
    high: float


def committed_strongest(subject: Subject, name: str) -> Expected | None:
    """Returns the committed figure, or `None` if there is none for the same game.

    Args:
        subject: The game that is played now.
        name: Name of the defense.
    """
    if not RESULTS.is_file():
        return None
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    now = subject.describe()
    then, profile = results["profile"], now["profile"]
    same = (
        results["dataset"]["digest"] == now["dataset"]["digest"]
        and results["dataset"].get("canaries", 0) == now["dataset"].get("canaries", 0)
        and then["models"] == profile["models"]
        and then["epochs"] == profile["epochs"]
        and then["batch_size"] == profile["batch_size"]
        and then["seed"] == profile["seed"]
        and then["architecture"] == profile["architecture"]
        # A report of an earlier version knows of no attacker who asks often.
        and results["threat_model"].get("questions") == now["questions"]
    )
    rows = [row for row in results["defenses"] if row["name"] == name]
    if not same or not rows or rows[0]["strongest_auc"] is None:
        return None
    row = rows[0]
    return Expected(
        row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"]
    )
