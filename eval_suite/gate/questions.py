"""From the rows of a run, its gates and a baseline to the questions of the gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import change
from eval_suite.gate.decision import Question
from eval_suite.gate.decision import Units
from eval_suite.gate.measured_figures import attacks_without_rate
from eval_suite.gate.measured_figures import measured_figures
from eval_suite.gate.missing_figure import why_missing
from eval_suite.gate.missing_figure import why_no_rate
from eval_suite.options.gate_expression import Gate
from eval_suite.results.gate_rows import AucRow
from eval_suite.results.recorded import Recorded


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
        figures = measured_figures(gate.metric, name, recorded)
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
                each=figure.each,
            )
            for figure in figures
        ]
        if not figures:
            problem = why_missing(recorded, name, gate.metric)
            questions.append(
                Question(name, gate.metric, gate.limit, gate.sign, problem=problem)
            )
        elif gate.fpr is not None:
            questions += _without_rate(gate, gate.fpr, recorded, name)
    return questions


def _without_rate(
    gate: Gate, fpr: float, recorded: Recorded, name: str
) -> list[Question]:
    """Returns what can't be answered of attacks whose rate was not measured.

    The others' rates don't say that these keep the limit.
    """
    return [
        Question(
            name,
            gate.metric,
            gate.limit,
            gate.sign,
            attack=attack,
            problem=why_no_rate(recorded, name, attack, fpr),
        )
        for attack in attacks_without_rate(fpr, name, recorded)
    ]


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


def _units_of_auc(row: AucRow) -> Units:
    if "pairs" in row:
        return ((len(row["pairs"]), "pairs of models"),)
    return ((row["members"], "members"), (row["nonmembers"], "non-members"))
