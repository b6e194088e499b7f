"""Two runs beside each other: the differences with their intervals."""

from dataclasses import dataclass

from eval_suite.report.format import interval
from eval_suite.report.format import listing
from eval_suite.report.format import moment
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.report.format import signed

METHOD = (
    "This run minus the other. The runs are taken as independent: the half-width of a "
    "difference is the root of the summed squares of both half-widths. If both used "
    "the same examples and seeds, the true interval is narrower."
)


@dataclass(frozen=True)
class Change:
    """The difference of one measurement between two runs.

    Attributes:
        value: This run minus the other, or None if either lacks it.
        low: Lower end of the interval, or None if either run has none.
        high: Upper end.
    """

    value: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Compared:
    """One defense in two runs.

    Attributes:
        name: The defense.
        presence: "both", "new" (only in this run) or "gone" (only in the other).
        auc: Change of the strongest attack's AUC.
        accuracy: Change of the accuracy.
        latency: Change of the latency ratio at batch 1.
    """

    name: str
    presence: str
    auc: Change
    accuracy: Change
    latency: Change


@dataclass(frozen=True)
class Comparison:
    """All defenses of two runs.

    Attributes:
        other: Title and time of the other run.
        warnings: Why the runs may not be comparable.
        rows: Every defense of either run, clear changes of the AUC first.
    """

    other: str
    warnings: list[str]
    rows: list[Compared]

    @property
    def sentence(self) -> str:
        """The outcome in a sentence."""
        risen = [r.name for r in self.rows if r.auc.clear and r.auc.value > 0]
        fallen = [r.name for r in self.rows if r.auc.clear and r.auc.value < 0]
        parts = []
        if risen:
            parts.append(f"attacked more successfully than before: {_few(risen)}")
        if fallen:
            parts.append(f"less successfully: {_few(fallen)}")
        text = "; ".join(parts) or "no attack changed by more than its interval"
        return f"{text[0].upper()}{text[1:]}."


def compare(results: dict, other: dict) -> Comparison:
    """Compares a run with another one.

    Args:
        results: Checked results.
        other: Checked results of the run to compare with.

    Returns:
        The differences, `results` minus `other`.
    """
    new = {row["name"]: row for row in results["defenses"]}
    old = {row["name"]: row for row in other["defenses"]}
    rows = [_compared(name, new.get(name), old.get(name)) for name in {**new, **old}]
    rows.sort(key=lambda row: not row.auc.clear)
    return Comparison(
        other=one_line(f"{other['title']}, {moment(other['created'])}", 120),
        warnings=_warnings(results, other),
        rows=rows,
    )


def words(change: Change, digits: int = 3) -> str:
    """Returns a change with its interval as text, or nothing."""
    if change.value is None:
        return ""
    limits = interval(change.low, change.high, digits)
    return f"{signed(change.value, digits)} {limits}".rstrip()


def points(change: Change) -> str:
    """Returns a change of a share in percentage points with its interval."""
    scaled = [v if v is None else 100 * v for v in vars(change).values()]
    return words(Change(*scaled), 1)


def _few(names: list[str]) -> str:
    more = [f"{len(names) - 10} more"] if len(names) > 10 else []
    return listing([*names[:10], *more])


def _compared(name: str, new: dict | None, old: dict | None) -> Compared:
    presence = "both" if new and old else "new" if new else "gone"
    return Compared(
        name=name,
        presence=presence,
        auc=_change(
            _measurement(new, "strongest_auc"), _measurement(old, "strongest_auc")
        ),
        accuracy=_change(_measurement(new, "accuracy"), _measurement(old, "accuracy")),
        latency=_change(_latency(new), _latency(old)),
    )


def _measurement(row: dict | None, key: str) -> tuple:
    if row is None:
        return None, None, None
    return row[key], row[f"{key}_low"], row[f"{key}_high"]


def _latency(row: dict | None) -> tuple:
    entry = ((row or {}).get("latency_ratio") or {}).get("1") or {}
    return entry.get("ratio"), entry.get("low"), entry.get("high")


def _change(new: tuple, old: tuple) -> Change:
    if new[0] is None or old[0] is None:
        return Change(None, None, None)
    value = new[0] - old[0]
    if None in (*new, *old):
        return Change(value, None, None)
    # An interval need not be symmetric: each end with the facing end of the other.
    low = value - ((new[0] - new[1]) ** 2 + (old[2] - old[0]) ** 2) ** 0.5
    high = value + ((new[2] - new[0]) ** 2 + (old[0] - old[1]) ** 2) ** 0.5
    return Change(value, low, high)


def _warnings(results: dict, other: dict) -> list[str]:
    found = []
    for table, key, what in (
        ("dataset", "digest", "data"),
        ("profile", "name", "profile"),
        ("profile", "models", "number of models"),
        ("profile", "architecture", "architecture"),
        ("environment", "platform", "machine, so latencies do not compare"),
    ):
        if results[table][key] != other[table][key]:
            found.append(f"The runs differ in their {what}.")
    if other["verdict"]["status"] == "void":
        found.append("The other run is void: one of its controls failed.")
    accuracies = (r["profile"]["nonmember_accuracy"] for r in (results, other))
    new, old = accuracies
    if None not in (new, old) and abs(new - old) > 0.05:
        found.append(
            f"The undefended models differ: accuracy {percent(new)} and {percent(old)}."
        )
    return found
