"""What models answer behind each defense, before anything is read from it.

The first check of a run: while later ones run, the attacks on these answers are made in
processes of their own.
"""

from collections.abc import Callable

import numpy as np
import pytest

from eval_suite.measurements.tradeoff.frontier import FrontierAttacks
from eval_suite.measurements.tradeoff.frontier import every_strength
from eval_suite.measurements.tradeoff.frontier import reason_without_frontier
from eval_suite.options.options import Options
from eval_suite.subjects.subject import Subject
from keras_entropy.arrays import Array


def test_answers_are_probabilities(
    target: str,
    subject: Subject,
    note_asked: Callable[[str], None],
) -> None:
    for side, answers in zip(
        ("members", "non-members"), subject.sides(target), strict=True
    ):
        check_probabilities(answers, f"{target} on {side}")
    note_asked(target)


def test_answers_at_every_strength(
    subject: Subject, frontier_attacks: FrontierAttacks, options: Options
) -> None:
    reason = reason_without_frontier(subject, options)
    if reason is not None:
        pytest.skip(reason)
    for entry in every_strength():
        check_probabilities(subject.paired_models(entry).outputs, entry.name)
    frontier_attacks.start_early()


def check_probabilities(answers: Array, what: str) -> None:
    """Holds answers to what every attack and every user relies on.

    Args:
        answers: Array `(..., C)`; `(..., 1)` is one sigmoid unit.
        what: String, for messages.
    """
    finite = np.isfinite(answers).all(axis=-1)
    assert finite.all(), f"{what}: {(~finite).sum()} answers are NaN or infinite"
    low, high = answers.min(), answers.max()
    assert low >= 0, f"{what}: a probability of {low:.3g}; expected at least 0"
    assert high <= 1 + 1e-5, f"{what}: a probability of {high:.6g}; expected at most 1"
    if answers.shape[-1] > 1:
        total = answers.sum(axis=-1, dtype=np.float64)
        worst = total.reshape(-1)[np.abs(total - 1).argmax()]
        assert abs(worst - 1) <= 1e-3, f"{what}: a row sums to {worst:.6g}; expected 1"
