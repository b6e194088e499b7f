"""Evidence for the gates beyond the report: bounds, replicates, drops in accuracy."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from scipy import stats

from eval_suite.gate.baseline_file import example_rows
from eval_suite.gate.baseline_file import pair_row
from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.example_scores import scores_of
from eval_suite.results.gate_rows import AucRow
from eval_suite.results.gate_rows import BoundRow
from eval_suite.results.gate_rows import DropRow
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks.results import ExampleScores


def auc_rows(comparison: AttackComparison, name: str, *, seed: int) -> list[AucRow]:
    """Returns the rows of a baseline for the attacks on one defense.

    Args:
        comparison: The attacks.
        name: Name of the defense.
        seed: Seed of the attacks' folds, the comparison's own.
    """
    subject = comparison.subject
    return subject.auc_rows(
        comparison.attacked(name).entire(),
        functools.partial(scores_of, subject, name, seed=seed),
        _BaselineRows(name),
    )


@dataclasses.dataclass(frozen=True)
class _BaselineRows:
    """The `RowMaker` of the gate's baseline.

    Args:
        defense: Name.
    """

    defense: str

    def of_pairs(self, attack: str, pair_auc: Floats) -> AucRow:
        return pair_row(self.defense, attack, pair_auc)

    def of_examples(
        self, scores: Mapping[str, ExampleScores], member: Booleans
    ) -> Sequence[AucRow]:
        return example_rows(self.defense, scores, member)


def bound_row(name: str, result: AttackResult) -> BoundRow:
    """Returns what the gate needs of an attack, to hold it to a limit.

    Args:
        name: Name of the defense that is attacked.
        result: The attack, on all examples or on the most exposed.
    """
    return {
        "defense": name,
        "attack": result.attack,
        "slice": result.slice,
        "auc": result.auc,
        "auc_low": result.auc_low,
        "auc_high": result.auc_high,
    }


def accuracy_drop(subject: Subject, name: str) -> DropRow:
    """Returns the undefended model's accuracy minus a defense's, on non-members.

    Paired: over examples for one model, over pairs of models in a game.
    """
    base, defended = subject.correctness(BASE), subject.correctness(name)
    units = (base.values - defended.values).mean(axis=1)
    return {
        "defense": name,
        "value": float(units.mean()),
        "error": float(stats.sem(units)) if np.ptp(units) else 0.0,
        "degrees": base.degrees,
    }
