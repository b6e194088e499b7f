"""The table of what trains against membership inference, by dataset and start."""

from collections.abc import Mapping

from eval_suite.guides.marked_parts import table
from eval_suite.report.content.guarantees import guarantee_words
from eval_suite.report.format import estimate
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from eval_suite.results.rows import StrongestRow

_HEAD = ["data", "defense", "accuracy", "NLL", "secret start", "known start", "proved"]
_NUMBERS = 5
# What the best layer leaves, the rivals that defend nothing, and what is trained.
ROWS = {
    "base": "no defense",
    "with-reference": "no defense, the reference as well",
    "reference-only": "no defense, the reference alone",
    "label-only": "`label-only`",
    "relax-loss": "`relax-loss`",
    "M-9": "`M-9`",
    "disjoint-mean": "`disjoint-mean`",
    "reference-start": "`reference-start`",
    "dp-sgd-reference": "`dp-sgd-reference`",
    "dp-sgd-reference-strict": "`dp-sgd-reference-strict`",
}


def both_starts(runs: Mapping[str, Results]) -> str:
    """Returns a few rows of each run as one table in Markdown.

    Args:
        runs: By the dataset's name for people, checked results of a run with all
            defenses and `--known-start`.

    Raises:
        ValueError: If a row, or what a known start gives away, is not in the results.
    """
    lines = []
    for dataset, results in runs.items():
        rows = {row["name"]: row for row in results["defenses"]}
        lacks = [name for name in ROWS if name not in rows]
        if lacks or rows["base"]["known_start"] is None:
            raise ValueError(
                f"The run on {dataset} lacks {', '.join(lacks) or 'a known start'}, "
                "which the guides show. They need one with all defenses and "
                "--known-start."
            )
        lines += [[dataset, *_cells(title, rows[name])] for name, title in ROWS.items()]
    return table(_HEAD, lines, numbers=_NUMBERS)


def _cells(title: str, row: Defense) -> list[str]:
    kinds = [found for found in (row["asked_once"], row["asked_often"]) if found]
    secret = max(kinds, key=lambda found: found["auc"], default=None)
    return [
        title,
        percent(row["accuracy"]),
        number(row["nll"], 2),
        _auc(secret),
        _auc(row["known_start"]),
        guarantee_words(row),
    ]


def _auc(found: StrongestRow | None) -> str:
    if found is None:
        return "-"
    return estimate(found["auc"], found["auc_low"], found["auc_high"])
