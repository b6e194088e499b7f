"""TensorFlow Privacy beside our own engine, in the words of page and report.md."""

import dataclasses
from typing import Literal

from eval_suite.report.format import interval
from eval_suite.report.format import number
from eval_suite.results.contents import Results
from eval_suite.results.rows import NullRunRow

_Figure = Literal["auc", "advantage", "own_auc", "own_advantage"]
_FIGURES: tuple[_Figure, ...] = ("auc", "advantage", "own_auc", "own_advantage")
HOW = "run with --tf-privacy full"


@dataclasses.dataclass(frozen=True)
class NullRuns:
    """One attack of both engines on several sets of data without any signal.

    Attributes:
        law: Distribution of the outputs, and the ratio of members to non-members.
        attack: Name of the attack.
        rows: The rows of results.json, one for each set.
    """

    law: str
    attack: str
    rows: list[NullRunRow]

    def range(self, figure: _Figure) -> tuple[float, float] | None:
        """Returns the smallest and the largest of a figure, or None without any."""
        values = [value for row in self.rows if (value := row[figure]) is not None]
        return (min(values), max(values)) if values else None

    def words(self) -> dict[str, str]:
        """Returns the ranges as text."""
        return {figure: _range(self.range(figure)) for figure in _FIGURES}


def null_runs(results: Results) -> list[NullRuns]:
    """Returns the runs without signal by distribution and attack, in their order."""
    found: dict[tuple[str, str], list[NullRunRow]] = {}
    for row in results["tf_privacy_null"]:
        found.setdefault((row["law"], row["attack"]), []).append(row)
    return [NullRuns(law, attack, rows) for (law, attack), rows in found.items()]


def null_run_sentence(results: Results) -> str:
    """Returns the outcome of the runs without signal, in one sentence."""
    runs = null_runs(results)
    theirs = [pair for run in runs if (pair := run.range("auc"))]
    ours = [pair for run in runs if (pair := run.range("own_auc"))]
    high = max(
        (pair[1] for run in runs if (pair := run.range("advantage"))), default=0.0
    )
    if not theirs or not ours:
        return "No figure was measured."
    return (
        "Where there is no member to find, TensorFlow Privacy reports AUCs from "
        f"{_range(_span(theirs), ' to ')} and an advantage of up to {number(high, 2)}; "
        f"ours are {_range(_span(ours), ' to ')}."
    )


def beside(results: Results, defense: str) -> list[dict[str, str]]:
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
