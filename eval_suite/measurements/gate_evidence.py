"""Evidence for the gates beyond the report's rows: replicates, drops in accuracy."""

from __future__ import annotations

import numpy as np
from scipy import stats

from eval_suite.gate.baseline_file import example_rows
from eval_suite.gate.baseline_file import pair_row
from eval_suite.measurements.attack_comparison import AttackComparison
from eval_suite.measurements.example_scores import scores_of
from eval_suite.results.gate_rows import AucRow
from eval_suite.results.gate_rows import DropRow
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE


def auc_rows(comparison: AttackComparison, name: str, *, seed: int) -> list[AucRow]:
    """Returns the rows of a baseline for the attacks on one defense.

    Args:
        comparison: The attacks.
        name: Name of the defense.
        seed: Seed of the attacks' folds, the comparison's own.
    """
    results = comparison.attacked(name).entire()
    rows: list[AucRow] = [
        pair_row(name, result.attack, result.pair_auc)
        for result in results
        if result.pair_auc is not None
    ]
    # On a single target there are no pairs of models: the replicates are of examples.
    single = [result for result in results if result.pair_auc is None]
    for result in single[:1]:
        attacks = [other.attack for other in single]
        scores = scores_of(comparison.subject, name, attacks, seed=seed)
        examples = result.n_members + result.n_nonmembers
        rows += example_rows(name, scores, np.arange(examples) < result.n_members)
    return rows


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
