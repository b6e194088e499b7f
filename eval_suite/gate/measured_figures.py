"""The figures that fixed limits are for, as estimates."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

from eval_suite.gate.claimed_epsilon import ClaimedEpsilon
from eval_suite.gate.decision import Units
from eval_suite.gate.estimate import Estimate
from eval_suite.options.gate_expression import AGAINST_BASE
from eval_suite.options.gate_expression import fpr_of
from eval_suite.results.gate_rows import BoundRow
from eval_suite.results.recorded import Recorded
from eval_suite.results.recorded import of_defense
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import StrongestRow
from eval_suite.undefended import BASE
from keras_entropy.attacks.audits.worst_off import WORST_OFF


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure of one defense.

    Args:
        metric: Its name, with the batch size where there is one.
        value: Float.
        estimate: `Estimate`.
        units: The data that the estimate rests on.
        attack: Name, or `None` where no attack is involved.
        each: By name, the attacks that all have to keep the limit, if the figure is
            chosen among them.
    """

    metric: str
    value: float
    estimate: Estimate
    units: Units = ()
    attack: str | None = None
    each: Mapping[str, Estimate] = dataclasses.field(default_factory=dict)


def measured_figures(metric: str, name: str, recorded: Recorded) -> list[Figure]:
    """Returns the figures of one defense, none if they were not measured.

    Args:
        metric: As `gate_expression.Gate` has it.
        name: Name of the defense.
        recorded: What the checks recorded.
    """
    if metric in AGAINST_BASE and name == BASE:
        return []
    fpr = fpr_of(metric)
    if fpr is not None:
        return list(_true_positive_rate(metric, fpr, name, recorded))
    return list(_MEASURED[metric](name, recorded))


def _auc(name: str, recorded: Recorded) -> Iterator[Figure]:
    for row in of_defense(recorded.headline, name)[-1:]:
        value = row["strongest_auc"]
        low, high = row["strongest_auc_low"], row["strongest_auc_high"]
        estimate = Estimate.from_interval(value, low, high, _degrees(recorded))
        each = _each(name, "entire", recorded)
        # Without them nothing could be shown to keep the limit.
        if each:
            units, attack = _units(name, recorded), row["strongest_attack"]
            yield Figure("auc", value, estimate, units, attack, each)


def _worst_off_auc(name: str, recorded: Recorded) -> Iterator[Figure]:
    for row in of_defense(recorded.headline, name)[-1:]:
        if found := row["worst_off"]:
            yield from _on_slice("worst_off_auc", found, WORST_OFF, name, recorded)


def _canary_auc(name: str, recorded: Recorded) -> Iterator[Figure]:
    for row in of_defense(recorded.headline, name)[-1:]:
        if found := row["canaries"]:
            yield from _on_slice("canary_auc", found, "canaries", name, recorded)


def _on_slice(
    metric: str, found: StrongestRow, part: str, name: str, recorded: Recorded
) -> Iterator[Figure]:
    value, low, high = found["auc"], found["auc_low"], found["auc_high"]
    estimate = Estimate.from_interval(value, low, high, _degrees(recorded))
    if each := _each(name, part, recorded):
        units = _units(name, recorded)
        yield Figure(metric, value, estimate, units, found["attack"], each)


def _each(name: str, part: str, recorded: Recorded) -> dict[str, Estimate]:
    """Returns the attacks on a slice that all have to keep a limit, by name."""
    return {
        bound["attack"]: _attack_estimate(bound, _degrees(recorded))
        for bound in of_defense(recorded.gate_bound, name)
        if bound["slice"] == part
    }


def _attack_estimate(row: BoundRow, degrees: float) -> Estimate:
    value, low, high = row["auc"], row["auc_low"], row["auc_high"]
    # The interval is symmetric, but for an end that is cut off at 0 or 1.
    reach = max(value - low, high - value)
    return Estimate.from_interval(value, value - reach, value + reach, degrees)


def _true_positive_rate(
    metric: str, fpr: float, name: str, recorded: Recorded
) -> Iterator[Figure]:
    for row in _attacks(name, recorded):
        found = _rate_interval(row, fpr)
        if found is not None:
            estimate = Estimate.from_interval(*found, _degrees(recorded))
            units = _units(name, recorded)
            yield Figure(metric, found[0], estimate, units, row["attack"])


def attacks_without_rate(fpr: float, name: str, recorded: Recorded) -> list[str]:
    """Returns the attacks on a defense of which no rate was measured at a level.

    Args:
        fpr: Float, the false positive rate.
        name: Name of the defense.
        recorded: What the checks recorded.
    """
    rows = _attacks(name, recorded)
    return [row["attack"] for row in rows if _rate_interval(row, fpr) is None]


def _rate_interval(row: AttackRow, fpr: float) -> tuple[float, float, float] | None:
    """Returns the rate and its interval, `None` where it was not measured."""
    # By number, however the user spelt it.
    rates = {float(key): rate for key, rate in (row["tpr_at_fpr"] or {}).items()}
    rate = rates.get(fpr)
    if rate is None:
        return None
    value, low, high = rate["tpr"], rate["low"], rate["high"]
    if value is None or low is None or high is None:
        return None
    return value, low, high


def _epsilon(name: str, recorded: Recorded) -> Iterator[Figure]:
    for row in of_defense(recorded.one_training, name)[-1:]:
        units = ((row["records"], "held-out records"),)
        claim = ClaimedEpsilon.of_row(row)
        yield Figure("epsilon", row["epsilon"], claim, units, row["attack"])


def _accuracy(name: str, recorded: Recorded) -> Iterator[Figure]:
    for row in of_defense(recorded.utility, name)[-1:]:
        value = row["accuracy"]
        low, high = row["accuracy_low"], row["accuracy_high"]
        estimate = Estimate.from_interval(value, low, high, _degrees(recorded))
        yield Figure("accuracy", value, estimate, _units(name, recorded)[-1:])


def _accuracy_drop(name: str, recorded: Recorded) -> Iterator[Figure]:
    for row in of_defense(recorded.gate_drop, name):
        value, error = row["value"], row["error"]
        estimate = Estimate(value, error, error, row["degrees"] or math.inf)
        yield Figure("accuracy_drop", value, estimate, _units(name, recorded)[-1:])


def _latency_ratio(name: str, recorded: Recorded) -> Iterator[Figure]:
    for row in of_defense(recorded.latency, name):
        estimate = Estimate.from_interval(row["ratio"], row["low"], row["high"])
        yield Figure(f"latency_ratio@{row['batch_size']}", row["ratio"], estimate)


_MEASURED: dict[str, Callable[[str, Recorded], Iterator[Figure]]] = {
    "auc": _auc,
    "worst_off_auc": _worst_off_auc,
    "canary_auc": _canary_auc,
    "epsilon": _epsilon,
    "accuracy": _accuracy,
    "accuracy_drop": _accuracy_drop,
    "latency_ratio": _latency_ratio,
}


def _degrees(recorded: Recorded) -> float:
    """Returns the degrees of freedom of the intervals; infinite over examples."""
    return recorded.pairs - 1 if recorded.pairs else math.inf


def _attacks(name: str, recorded: Recorded) -> list[AttackRow]:
    rows = of_defense(recorded.attack, name)
    return [row for row in rows if row["slice"] == "entire"]


def _units(name: str, recorded: Recorded) -> Units:
    """Returns the data that the figures of one defense rest on, non-members last."""
    if recorded.pairs:
        return ((recorded.pairs, "pairs of models"),)
    for row in _attacks(name, recorded):
        members, nonmembers = row["n_members"], row["n_nonmembers"]
        if members is not None and nonmembers is not None:
            return ((members, "members"), (nonmembers, "non-members"))
    return ()
