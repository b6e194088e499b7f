"""From the rows of a run, its gates and a baseline to the questions of the gate."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import change
from eval_suite.gate.decision import Question
from eval_suite.gate.estimate import Estimate
from eval_suite.options.gate_expression import Gate
from eval_suite.undefended import BASE
from keras_entropy.attacks.measurement import MIN_FALSE_POSITIVES

_AGAINST_BASE = ("accuracy_drop", "latency_ratio")


def limit_questions(
    gate: Gate,
    results: Mapping[str, Any],
    names: Sequence[str],
    drops: Iterable[Mapping[str, Any]] = (),
) -> list[Question]:
    """Returns what a gate asks of each defense that it is for.

    Args:
        gate: `Gate`.
        results: Results of the run, as in results.json.
        names: The defenses that a gate without a name is for.
        drops: Rows `defense, value, error, degrees`: falls in accuracy, paired.
    """
    asked = [gate.defense] if gate.defense is not None else names
    found = []
    for name in asked:
        figures = list(_figures(gate.metric, name, results, drops))
        found += [
            Question(name, label, gate.limit, gate.sign, attack, now, None, *rest)
            for label, attack, now, *rest in figures
        ] or [
            Question(
                name,
                gate.metric,
                gate.limit,
                gate.sign,
                problem=_why(results, name, gate.metric),
            )
        ]
    return found


def change_questions(
    baseline: Baseline,
    current: Baseline,
    results: Mapping[str, Any],
    *,
    margin: float,
    paired: bool,
) -> list[Question]:
    """Returns whether any AUC of the baseline rose by more than the margin.

    Args:
        baseline: What was.
        current: What this run measured.
        results: Results of the run, for the reason why something is missing.
        margin: Float, the rise that is accepted.
        paired: Whether both are on the same examples.
    """
    questions = []
    for (defense, attack), then in baseline.rows.items():
        now = current.rows.get((defense, attack))
        known = {
            "defense": defense,
            "metric": "auc",
            "limit": margin,
            "attack": attack,
            "baseline": then["auc"],
        }
        if now is None:
            questions.append(Question(**known, problem=_why(results, defense, attack)))
            continue
        if "pairs" in now:
            units = ((len(now["pairs"]), "pairs of models"),)
        else:
            units = ((now["members"], "members"), (now["nonmembers"], "non-members"))
        estimate = change(then, now, paired=paired)
        questions.append(
            Question(**known, now=now["auc"], estimate=estimate, units=units)
        )
    return questions


def _figures(
    metric: str,
    name: str,
    results: Mapping[str, Any],
    drops: Iterable[Mapping[str, Any]],
) -> Iterator[tuple]:
    """Yields (metric, attack, figure, estimate, units), none if it was not measured."""
    row = next((row for row in results["defenses"] if row["name"] == name), None)
    attacks = [
        attack
        for attack in results["attacks"]
        if attack["defense"] == name and attack["slice"] == "entire"
    ]
    pairs = results["profile"]["pairs"]
    degrees = pairs - 1 if pairs else math.inf
    units = _units(pairs, attacks)
    if row is None or (metric in _AGAINST_BASE and name == BASE):
        return
    if metric == "auc":
        keys = ("strongest_auc", "strongest_auc_low", "strongest_auc_high")
        yield from _one(metric, row["strongest_attack"], row, keys, degrees, units)
    elif metric == "accuracy":
        keys = ("accuracy", "accuracy_low", "accuracy_high")
        yield from _one(metric, None, row, keys, degrees, units[-1:])
    elif metric == "accuracy_drop":
        for drop in drops:
            if drop["defense"] == name:
                error = drop["error"]
                estimate = Estimate(
                    drop["value"], error, error, drop["degrees"] or math.inf
                )
                yield metric, None, drop["value"], estimate, units[-1:]
    elif metric == "latency_ratio":
        for size, ratio in (row["latency_ratio"] or {}).items():
            keys = ("ratio", "low", "high")
            yield from _one(f"{metric}@{size}", None, ratio, keys, math.inf, ())
    else:
        level = metric.removeprefix("tpr@")
        for attack in attacks:
            point = attack["tpr_at_fpr"].get(level)
            if point is not None:
                keys = ("tpr", "low", "high")
                yield from _one(metric, attack["attack"], point, keys, degrees, units)


def _one(
    metric: str,
    attack: str | None,
    row: Mapping[str, Any],
    keys: tuple[str, str, str],
    degrees: float,
    units: tuple[tuple[int, str], ...],
) -> Iterator[tuple]:
    value, low, high = (row[key] for key in keys)
    if value is not None:
        estimate = Estimate.from_interval(value, low, high, degrees)
        yield metric, attack, value, estimate, units


def _units(pairs: int | None, attacks: Sequence[Mapping[str, Any]]) -> tuple:
    if pairs:
        return ((pairs, "pairs of models"),)
    if not attacks:
        return ()
    members, nonmembers = attacks[0]["n_members"], attacks[0]["n_nonmembers"]
    return ((members, "members"), (nonmembers, "non-members"))


def _why(results: Mapping[str, Any], name: str, what: str) -> str:
    """Returns the reason why a figure of a defense is missing.

    Args:
        results: Results of the run.
        name: Name of the defense.
        what: The attack, or else the metric.
    """
    for check in results["checks"]:
        if check["outcome"] == "failed" and f"[{name}" in check["test"]:
            return f"not measured, as {check['test']} failed: {check['message']}"
    if what in _AGAINST_BASE and name == BASE:
        return (
            "not measured: it compares a defense with the model as it is; select one "
            "with --defenses"
        )
    if what.startswith("tpr@"):
        few = [r["n_nonmembers"] for r in results["attacks"] if r["defense"] == name]
        needed = round(MIN_FALSE_POSITIVES / float(what.removeprefix("tpr@")))
        if few and max(few) < needed:
            return (
                f"not measured: {max(few):,} non-members are too few; {needed:,} would "
                "do"
            )
    topic = what.split("_ratio")[0]
    for row in results["not_measured"]:
        words = re.split(r"[ (),]+", row["what"])
        if name in words and topic in words:
            return f"not measured: {row['what']}: {row['reason']}"
    return "not measured"
