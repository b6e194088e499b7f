"""From the rows of a run, its gates and a baseline to the questions of the gate."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from collections.abc import Sequence

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import change
from eval_suite.gate.decision import Question
from eval_suite.gate.decision import Units
from eval_suite.gate.estimate import Estimate
from eval_suite.gate.missing_figure import why_missing
from eval_suite.options.gate_expression import AGAINST_BASE
from eval_suite.options.gate_expression import Gate
from eval_suite.results.recorded import Recorded
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import AucRow
from eval_suite.undefended import BASE


@dataclasses.dataclass(frozen=True)
class _Figure:
    """A figure that a gate asks for, as it was measured."""

    metric: str
    value: float
    estimate: Estimate
    units: Units
    attack: str | None = None


def limit_questions(
    gate: Gate, recorded: Recorded, names: Sequence[str]
) -> list[Question]:
    """Returns what a gate asks of each defense that it is for.

    Args:
        gate: `Gate`.
        recorded: What the checks recorded.
        names: The defenses that a gate without a name is for.
    """
    asked = [gate.defense] if gate.defense is not None else names
    questions = []
    for name in asked:
        figures = list(_figures(gate.metric, name, recorded))
        questions += [
            Question(
                defense=name,
                metric=figure.metric,
                limit=gate.limit,
                sign=gate.sign,
                attack=figure.attack,
                now=figure.value,
                estimate=figure.estimate,
                units=figure.units,
            )
            for figure in figures
        ]
        if not figures:
            problem = why_missing(recorded, name, gate.metric)
            questions.append(
                Question(name, gate.metric, gate.limit, gate.sign, problem=problem)
            )
    return questions


def change_questions(
    baseline: Baseline,
    current: Baseline,
    recorded: Recorded,
    *,
    margin: float,
    paired: bool,
) -> list[Question]:
    """Returns whether any AUC of the baseline rose by more than the margin.

    Args:
        baseline: AUCs of an earlier run.
        current: AUCs of this run.
        recorded: What the checks recorded, for the reason why something is missing.
        margin: Float, the rise that is accepted.
        paired: Whether both are on the same examples.
    """
    questions = []
    for (defense, attack), then in baseline.rows.items():
        question = Question(defense, "auc", margin, attack=attack, baseline=then["auc"])
        now = current.rows.get((defense, attack))
        if now is None:
            problem = why_missing(recorded, defense, attack)
            questions.append(dataclasses.replace(question, problem=problem))
            continue
        questions.append(
            dataclasses.replace(
                question,
                now=now["auc"],
                estimate=change(then, now, paired=paired),
                units=_units_of_auc(now),
            )
        )
    return questions


def _figures(metric: str, name: str, recorded: Recorded) -> Iterator[_Figure]:
    """Yields the figures of one defense, none if they were not measured."""
    pairs = recorded.pairs
    degrees = pairs - 1 if pairs else math.inf
    attacks = [
        row
        for row in recorded.attack
        if row["defense"] == name and row["slice"] == "entire"
    ]
    units = _units(pairs, attacks)
    if metric in AGAINST_BASE and name == BASE:
        return
    if metric == "auc":
        for row in [row for row in recorded.headline if row["defense"] == name][-1:]:
            value = row["strongest_auc"]
            estimate = Estimate.from_interval(
                value, row["strongest_auc_low"], row["strongest_auc_high"], degrees
            )
            yield _Figure(metric, value, estimate, units, row["strongest_attack"])
    elif metric == "accuracy":
        for found in [row for row in recorded.utility if row["defense"] == name][-1:]:
            value = found["accuracy"]
            estimate = Estimate.from_interval(
                value, found["accuracy_low"], found["accuracy_high"], degrees
            )
            yield _Figure(metric, value, estimate, units[-1:])
    elif metric == "accuracy_drop":
        for drop in recorded.gate_drop:
            if drop["defense"] == name:
                value, error = drop["value"], drop["error"]
                estimate = Estimate(value, error, error, drop["degrees"] or math.inf)
                yield _Figure(metric, value, estimate, units[-1:])
    elif metric == "latency_ratio":
        for time in recorded.latency:
            if time["defense"] == name:
                value = time["ratio"]
                estimate = Estimate.from_interval(value, time["low"], time["high"])
                yield _Figure(f"{metric}@{time['batch_size']}", value, estimate, ())
    else:
        level = metric.removeprefix("tpr@")
        for attack in attacks:
            estimate_of_rate = _rate(attack, level, degrees)
            if estimate_of_rate is not None:
                value = estimate_of_rate.value
                yield _Figure(metric, value, estimate_of_rate, units, attack["attack"])


def _rate(row: AttackRow, level: str, degrees: float) -> Estimate | None:
    """Returns an attack's true positive rate at one false positive rate."""
    rate = (row["tpr_at_fpr"] or {}).get(level)
    if rate is None:
        return None
    value, low, high = rate["tpr"], rate["low"], rate["high"]
    if value is None or low is None or high is None:
        return None
    return Estimate.from_interval(value, low, high, degrees)


def _units(pairs: int, attacks: Sequence[AttackRow]) -> Units:
    """Returns what the figures of one defense rest on."""
    if pairs:
        return ((pairs, "pairs of models"),)
    for row in attacks:
        members, nonmembers = row["n_members"], row["n_nonmembers"]
        if members is not None and nonmembers is not None:
            return ((members, "members"), (nonmembers, "non-members"))
    return ()


def _units_of_auc(row: AucRow) -> Units:
    if "pairs" in row:
        return ((len(row["pairs"]), "pairs of models"),)
    return ((row["members"], "members"), (row["nonmembers"], "non-members"))
