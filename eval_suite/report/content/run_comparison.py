"""Two runs beside each other: the differences with their intervals."""

from dataclasses import dataclass

from eval_suite.report.format import interval
from eval_suite.report.format import listing
from eval_suite.report.format import moment
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.report.format import signed
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results

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
        if self.low is None or self.high is None:
            return False
        return not self.low <= 0 <= self.high

    @property
    def rose(self) -> bool:
        """Whether the value rose by more than its interval."""
        return self.clear and self.value is not None and self.value > 0

    @property
    def fell(self) -> bool:
        """Whether the value fell by more than its interval."""
        return self.clear and self.value is not None and self.value < 0

    def words(self, digits: int = 3) -> str:
        """Returns the change with its interval as text, or nothing."""
        if self.value is None:
            return ""
        limits = interval(self.low, self.high, digits)
        return f"{signed(self.value, digits)} {limits}".rstrip()

    def in_points(self) -> str:
        """Returns the change of a share in percentage points, with its interval."""
        scaled = (_percent(self.value), _percent(self.low), _percent(self.high))
        return Change(*scaled).words(1)


@dataclass(frozen=True)
class ComparedDefense:
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
class RunComparison:
    """All defenses of two runs.

    Attributes:
        other: Title and time of the other run.
        warnings: Why the runs may not be comparable.
        rows: Every defense of either run, clear changes of the AUC first.
    """

    other: str
    warnings: list[str]
    rows: list[ComparedDefense]

    @property
    def sentence(self) -> str:
        """The outcome in a sentence."""
        risen = [r.name for r in self.rows if r.auc.rose]
        fallen = [r.name for r in self.rows if r.auc.fell]
        parts = []
        if risen:
            parts.append(f"attacked more successfully than before: {_few(risen)}")
        if fallen:
            parts.append(f"less successfully: {_few(fallen)}")
        text = "; ".join(parts) or "no attack changed by more than its interval"
        return f"{text[0].upper()}{text[1:]}."


def compare_runs(results: Results, other: Results) -> RunComparison:
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
    return RunComparison(
        other=one_line(f"{other['title']}, {moment(other['created'])}", 120),
        warnings=_warnings(results, other),
        rows=rows,
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _few(names: list[str]) -> str:
    more = [f"{len(names) - 10} more"] if len(names) > 10 else []
    return listing([*names[:10], *more])


def _compared(name: str, new: Defense | None, old: Defense | None) -> ComparedDefense:
    presence = "both" if new and old else "new" if new else "gone"
    return ComparedDefense(
        name=name,
        presence=presence,
        auc=_change(_auc(new), _auc(old)),
        accuracy=_change(_accuracy(new), _accuracy(old)),
        latency=_change(_latency(new), _latency(old)),
    )


@dataclass(frozen=True)
class _Measurement:
    """A value of one run with its interval; None is not measured."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def _auc(row: Defense | None) -> _Measurement:
    if row is None:
        return _Measurement()
    return _Measurement(
        row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"]
    )


def _accuracy(row: Defense | None) -> _Measurement:
    if row is None:
        return _Measurement()
    return _Measurement(row["accuracy"], row["accuracy_low"], row["accuracy_high"])


def _latency(row: Defense | None) -> _Measurement:
    ratios = row["latency_ratio"] if row else None
    entry = (ratios or {}).get("1")
    if not entry:
        return _Measurement()
    return _Measurement(entry["ratio"], entry["low"], entry["high"])


def _change(new: _Measurement, old: _Measurement) -> Change:
    if new.value is None or old.value is None:
        return Change(None, None, None)
    value = new.value - old.value
    if new.low is None or new.high is None or old.low is None or old.high is None:
        return Change(value, None, None)
    # An interval need not be symmetric: each end with the facing end of the other.
    low = value - ((new.value - new.low) ** 2 + (old.high - old.value) ** 2) ** 0.5
    high = value + ((new.high - new.value) ** 2 + (old.value - old.low) ** 2) ** 0.5
    return Change(value, low, high)


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
        (
            "machine, so latencies do not compare",
            results["environment"]["platform"],
        ),
    ]
