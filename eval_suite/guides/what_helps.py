"""The README's table: what helps and what doesn't, a row of each kind of defense."""

from eval_suite.guides.marked_parts import table
from eval_suite.report.format import estimate
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from eval_suite.results.rows import StrongestRow
from eval_suite.results.rows import WorstOffRow

_HEAD = ["defense", "asked once", "asked often", "worst-off 5 %", "accuracy", "NLL"]
# One or two of each kind, from those that change nothing to those that do most.
ROWS = {
    "base": "no defense",
    "temperature": "`temperature` 4",
    "gaussian-noise-keyed": "`gaussian-noise-keyed`",
    "memguard": "`memguard`",
    "label-only": "`label-only`",
    "binned-1": "`binned-1`",
    "hamp": "`hamp`",
    "M-17": "`M-17`, entropy regularization",
    "relax-loss": "`relax-loss`",
    "M-9": "`M-9`, a head that imitates the label",
    "reference-start": "`reference-start`",
    "dp-sgd-reference-strict": "`dp-sgd-reference-strict`",
    "reference-only": "no defense, the reference alone",
    "with-reference": "no defense, the reference as well",
}


def what_helps(results: Results) -> str:
    """Returns a few rows of a run as a table in Markdown.

    Args:
        results: Checked results of a run with all defenses.

    Raises:
        ValueError: If a row is not in the results.
    """
    rows = {row["name"]: row for row in results["defenses"]}
    missing = [name for name in ROWS if name not in rows]
    if missing:
        raise ValueError(
            f"The results lack {', '.join(missing)}, which the README shows. The "
            "guides need a run with all defenses."
        )
    lines = [_line(title, rows[name]) for name, title in ROWS.items()]
    return table(_HEAD, lines, numbers=len(_HEAD) - 1)


def _line(title: str, row: Defense) -> list[str]:
    return [
        title,
        _auc(row["asked_once"]),
        _auc(row["asked_often"]),
        _worst_off(row["worst_off"]),
        percent(row["accuracy"]),
        number(row["nll"], 2),
    ]


def _worst_off(found: WorstOffRow | None) -> str:
    if found is None:
        return "-"
    rates = percent(found["tpr"], 0)
    falsely = found.get("realised_fpr")
    if falsely is not None:
        rates += f" / {percent(falsely, 0)}"
    return f"{found['auc']:.2f}, {rates}"


def _auc(found: StrongestRow | None) -> str:
    if found is None:
        return "-"
    return estimate(found["auc"], found["auc_low"], found["auc_high"])
