"""Two runs beside each other: the differences with their intervals."""

from dataclasses import dataclass
from typing import Literal

from eval_suite.report.content import attackers
from eval_suite.report.content.attack_words import questions_in_words
from eval_suite.report.content.change import Change
from eval_suite.report.content.change import Measurement
from eval_suite.report.content.change import change
from eval_suite.report.format import listing
from eval_suite.report.format import moment
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results

METHOD = (
    "This run minus the other. The runs are taken as independent: the half-width of a "
    "difference is the root of the summed squares of both half-widths. If both used "
    "the same examples and seeds, the true interval is narrower."
)


@dataclass(frozen=True)
class ComparedDefense:
    """One defense in two runs.

    Attributes:
        name: The defense.
        presence: "both", "new" (only in this run) or "gone" (only in the other).
        auc: Change of the strongest attack's AUC.
        once: The same of the attacks that ask once.
        often: The same of those that ask often.
        judged: The one of them that the runs are compared by.
        accuracy: Change of the accuracy.
        latency: Change of the latency ratio at batch 1.
    """

    name: str
    presence: str
    auc: Change
    once: Change
    often: Change
    judged: Change
    accuracy: Change
    latency: Change


@dataclass(frozen=True)
class RunComparison:
    """All defenses of two runs.

    Attributes:
        other: Title and time of the other run.
        warnings: Why the runs may not be comparable.
        rows: Every defense of either run, clear changes of the AUC first.
        judged_by: The attack that the runs are compared by, if not the strongest.
    """

    other: str
    warnings: list[str]
    rows: list[ComparedDefense]
    judged_by: str

    @property
    def sentence(self) -> str:
        """The outcome in a sentence."""
        risen = [r.name for r in self.rows if r.judged.rose]
        fallen = [r.name for r in self.rows if r.judged.fell]
        parts = []
        if risen:
            parts.append(f"attacked more successfully than before: {_few(risen)}")
        if fallen:
            parts.append(f"less successfully: {_few(fallen)}")
        text = "; ".join(parts) or "no attack changed by more than its interval"
        by = f" ({self.judged_by})" if self.judged_by else ""
        return f"{text[0].upper()}{text[1:]}{by}."


def compare_runs(results: Results, other: Results) -> RunComparison:
    """Compares a run with another one.

    Args:
        results: Checked results.
        other: Checked results of the run to compare with.

    Returns:
        The differences, `results` minus `other`.
    """
    new = {row["name"]: row for row in attackers.ordered(results)}
    old = {row["name"]: row for row in attackers.ordered(other)}
    # An attacker who asks often finds more than one who does not: where only one of the
    # runs had such an attacker, the strongest attacks do not compare.
    alike = len({_asked_neighbors(run) for run in (results, other)}) == 1
    rows = [
        _compared(name, new.get(name), old.get(name), alike=alike)
        for name in {**new, **old}
    ]
    rows.sort(key=lambda row: not row.judged.clear)
    return RunComparison(
        other=one_line(f"{other['title']}, {moment(other['created'])}", 120),
        warnings=_warnings(results, other),
        rows=rows,
        judged_by="" if alike else "asked once, as in both runs",
    )


def _asked_neighbors(results: Results) -> bool:
    return results["threat_model"]["questions"] is not None


def _few(names: list[str]) -> str:
    more = [f"{len(names) - 10} more"] if len(names) > 10 else []
    return listing([*names[:10], *more])


def _compared(
    name: str, new: Defense | None, old: Defense | None, *, alike: bool
) -> ComparedDefense:
    once = _of_kind(new, old, "asked_once")
    auc = change(_strongest(new), _strongest(old))
    return ComparedDefense(
        name=name,
        presence="both" if new and old else "new" if new else "gone",
        auc=auc,
        once=once,
        often=_of_kind(new, old, "asked_often"),
        judged=auc if alike else once,
        accuracy=change(_accuracy(new), _accuracy(old)),
        latency=change(_latency(new), _latency(old)),
    )


def _of_kind(
    new: Defense | None,
    old: Defense | None,
    kind: Literal["asked_once", "asked_often"],
) -> Change:
    both = (attackers.measured(row[kind] if row else None) for row in (new, old))
    return change(*both)


def _strongest(row: Defense | None) -> Measurement:
    return attackers.strongest(row) if row else Measurement()


def _accuracy(row: Defense | None) -> Measurement:
    if row is None:
        return Measurement()
    return Measurement(row["accuracy"], row["accuracy_low"], row["accuracy_high"])


def _latency(row: Defense | None) -> Measurement:
    ratios = row["latency_ratio"] if row else None
    entry = (ratios or {}).get("1")
    if not entry:
        return Measurement()
    return Measurement(entry["ratio"], entry["low"], entry["high"])


def _warnings(results: Results, other: Results) -> list[str]:
    conditions = zip(_conditions(results), _conditions(other), strict=True)
    warnings = [
        f"The runs differ in their {name}."
        for (name, own), (_, others) in conditions
        if own != others
    ]
    if other["verdict"]["status"] == "void":
        warnings.append("The other run is void: one of its controls failed.")
    new, old = (r["profile"]["nonmember_accuracy"] for r in (results, other))
    if new is not None and old is not None and abs(new - old) > 0.05:
        warnings.append(
            f"The undefended models differ: accuracy {percent(new)} and {percent(old)}."
        )
    return warnings


def _conditions(results: Results) -> list[tuple[str, str | int | None]]:
    """Returns the conditions that two runs must share to be comparable."""
    profile = results["profile"]
    return [
        ("data", results["dataset"]["digest"]),
        ("profile", profile["name"]),
        ("number of models", profile["models"]),
        ("architecture", profile["architecture"]),
        ("questions about neighbors of an input", _questions(results)),
        (
            "machine, so latencies do not compare",
            results["environment"]["platform"],
        ),
    ]


def _questions(results: Results) -> str | None:
    questions = results["threat_model"]["questions"]
    return None if questions is None else questions_in_words(questions)
