"""TensorFlow Privacy beside our own engine: what the page and report.md say of it."""

import dataclasses

from eval_suite.report.format import interval
from eval_suite.report.format import number

HOW = "run with --tf-privacy full"


@dataclasses.dataclass(frozen=True)
class NullRuns:
    """One attack of both engines on several sets of data without any signal.

    Attributes:
        law: Of the data: how its outputs are distributed, and the ratio of the sides.
        attack: Name of the attack.
        rows: The rows of results.json, one for each set.
    """

    law: str
    attack: str
    rows: list[dict]

    def range(self, key: str) -> tuple[float, float] | None:
        """Returns the smallest and the largest of a figure, or None without any."""
        values = [row[key] for row in self.rows if row[key] is not None]
        return (min(values), max(values)) if values else None

    def words(self) -> dict[str, str]:
        """Returns the ranges as text."""
        return {
            key: _range(self.range(key))
            for key in ("auc", "advantage", "own_auc", "own_advantage")
        }


def null_runs(results: dict) -> list[NullRuns]:
    """Returns the runs without signal by law and attack, in the order of the run."""
    found: dict[tuple[str, str], list[dict]] = {}
    for row in results["tf_privacy_null"]:
        found.setdefault((row["law"], row["attack"]), []).append(row)
    return [NullRuns(*key, rows) for key, rows in found.items()]


def finding(results: dict) -> str:
    """Returns what the runs without signal show, in one sentence."""
    runs = null_runs(results)
    theirs = [pair for run in runs if (pair := run.range("auc"))]
    ours = [pair for run in runs if (pair := run.range("own_auc"))]
    high = max((pair[1] for run in runs if (pair := run.range("advantage"))), default=0)
    if not theirs or not ours:
        return "No figure was measured."
    return (
        "Where there is no member to find, TensorFlow Privacy reports AUCs from "
        f"{_range(_span(theirs), ' to ')} and an advantage of up to {number(high, 2)}; "
        f"ours are {_range(_span(ours), ' to ')}."
    )


def beside(results: dict, defense: str) -> list[dict[str, str]]:
    """Returns both engines on one defense, as text, one entry an attack."""
    return [
        {
            "attack": row["attack"],
            "slice": "" if row["slice"] == "entire" else row["slice"],
            "auc": number(row["auc"]),
            "advantage": number(row["advantage"]),
            "own_auc": number(row["own_auc"]),
            "own_interval": interval(row["own_auc_low"], row["own_auc_high"]),
            "own_advantage": number(row["own_advantage"]),
            "targets": "?" if row["targets"] is None else f"{row['targets']:,}",
        }
        for row in results["tf_privacy"]
        if row["defense"] == defense
    ]


def _span(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return min(pair[0] for pair in pairs), max(pair[1] for pair in pairs)


def _range(pair: tuple[float, float] | None, between: str = " – ") -> str:
    if pair is None:
        return "not measured"
    # Adding zero turns a rounded "-0.00" into "0.00".
    low, high = (number(round(value, 2) + 0.0, 2) for value in pair)
    return low if low == high else f"{low}{between}{high}"
