"""What a gate needs beyond the report's rows: replicates, and drops in accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from eval_suite.gate.baseline_file import example_rows
from eval_suite.gate.baseline_file import pair_row
from eval_suite.gate.run_identity import examples_identity
from eval_suite.gate.run_identity import game_identity
from eval_suite.measurements.attack_comparison import Comparison
from eval_suite.measurements.example_scores import scores_of
from eval_suite.subjects.membership_game import MembershipGame
from eval_suite.subjects.user_model import UserModel
from eval_suite.undefended import BASE
from keras_entropy import prediction_quality
from keras_entropy.arrays import Array


def identity(subject: MembershipGame | UserModel) -> dict[str, Any]:
    """Returns what the run is made on, to compare it with a baseline's."""
    if isinstance(subject, MembershipGame):
        dataset = subject.dataset
        return game_identity(
            dataset=dataset.name,
            digest=dataset.digest,
            classes=len(dataset.class_names),
            seed=subject.seed,
            models=len(subject.membership),
        )
    members, nonmembers = subject.members, subject.nonmembers
    classes = subject.outputs(BASE)[0].shape[-1]
    return examples_identity(
        (members.x, members.y), (nonmembers.x, nonmembers.y), classes
    )


def auc_rows(comparison: Comparison, name: str, *, seed: int) -> list[dict[str, Any]]:
    """Returns the rows of a baseline for the attacks on one defense.

    Args:
        comparison: `Comparison`.
        name: Name of the defense.
        seed: Seed of the attacks' folds, the comparison's own.
    """
    results = [r for r in comparison.attacked(name).results if r.slice == "entire"]
    if comparison.is_game:
        return [pair_row(name, result.attack, result.pair_auc) for result in results]
    subject = comparison.subject
    scores = scores_of(subject, name, [r.attack for r in results], seed=seed)
    sizes = len(subject.members.y), len(subject.nonmembers.y)
    member = np.arange(sum(sizes)) < sizes[0]
    return example_rows(name, scores, member)


def accuracy_drop(subject: MembershipGame | UserModel, name: str) -> dict[str, Any]:
    """Returns the undefended model's accuracy minus a defense's, on non-members.

    Paired: over examples for one model, over pairs of models in a game.

    Returns:
        `value`, its standard `error`, and `degrees` of freedom, `None` for a normal
        tail.
    """
    right = [_right(subject, which) for which in (BASE, name)]
    if isinstance(subject, MembershipGame):
        outside = ~subject.membership
        shares = [(hits * outside).sum(axis=1) / outside.sum(axis=1) for hits in right]
        units = (shares[0] - shares[1]).reshape(-1, 2).mean(axis=1)
        degrees = len(units) - 1
    else:
        units, degrees = right[0] - right[1], None
    error = float(stats.sem(units)) if np.ptp(units) else 0.0
    return {"value": float(units.mean()), "error": error, "degrees": degrees}


def _right(subject: MembershipGame | UserModel, name: str) -> Array:
    """Returns how far the predicted label is right: `(m,)`, or `(K, N)` in a game."""
    outputs = subject.outputs(name)
    if isinstance(subject, MembershipGame):
        return np.stack(
            [prediction_quality.hits(rows, subject.labels) for rows in outputs]
        )
    return prediction_quality.hits(outputs[1], subject.nonmembers.y)
