"""The strongest attack on one target: few members, rare events, ties, no signal.

Without signal every attack's AUC is 0.5, so the interval has to hold that, the gate has
no reason to fail at a limit of 0.5, and none to pass just below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from eval_suite.benchmarks.edges.row import Row
from eval_suite.gate.decision import FAIL
from eval_suite.gate.decision import PASS
from eval_suite.gate.decision import Question
from eval_suite.gate.decision import decide
from eval_suite.gate.estimate import Estimate
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.results import Headline

ATTACKS = ("loss", "entropy", "confidence", "modified_entropy", "label_only")
SUBJECT = "headline of one target"
# Members, non-members, and the accuracy of one-hot answers; `None` for answers that
# never tie.
SETTINGS: tuple[tuple[int, int, float | None], ...] = (
    (2, 2, None),
    (2, 200, None),
    (3, 300, None),
    (5, 300, None),
    (10, 10, None),
    (10, 300, None),
    (10, 1000, None),
    (50, 50, None),
    (200, 200, None),
    (10_000, 100, None),
    (10_000, 10_000, None),
    (2, 2, 0.9),
    (3, 300, 0.9),
    (20, 20, 0.9),
    (1000, 50, 0.98),
    (1000, 100, 0.98),
    (300, 300, 0.99),
    (300, 300, 1.0),
    (10_000, 100, 0.999),
    (10_000, 10_000, 0.999),
)

# Sides of a single attack, whose headline is its own figure.
ALONE = ((5, 5), (10, 10), (20, 20), (50, 50), (10, 300))


def answers(
    rng: np.random.Generator, examples: int, accuracy: float | None
) -> tuple[Floats, Integers]:
    """Returns outputs and labels of a model that knows no member.

    Args:
        rng: `numpy.random.Generator`.
        examples: Integer.
        accuracy: Float, of one-hot answers; `None` for answers that never tie.
    """
    labels = rng.integers(0, 4, examples)
    if accuracy is not None:
        wrong = rng.random(examples) > accuracy
        return np.eye(4)[np.where(wrong, (labels + 1) % 4, labels)], labels
    outputs = np.exp(rng.normal(size=(examples, 4)) + 1.5 * np.eye(4)[labels])
    return outputs / outputs.sum(axis=1, keepdims=True), labels


def headline(
    seed: int,
    members: int,
    nonmembers: int,
    accuracy: float | None,
    attacks: Sequence[str] = ATTACKS,
) -> Headline:
    """Returns the headline of one data set without signal.

    Args:
        seed: Integer.
        members: Integer.
        nonmembers: Integer.
        accuracy: As for `answers`.
        attacks: Names of attacks. Defaults to several.
    """
    rng = np.random.default_rng(seed)
    outputs, labels = answers(rng, members + nonmembers, accuracy)
    audit = audit_outputs(
        outputs[:members],
        labels[:members],
        outputs[members:],
        labels[members:],
        attacks=attacks,
        seed=seed,
    )
    return audit.strongest


def status(found: Headline, limit: float) -> str:
    """Returns the gate's answer at a limit."""
    estimate = Estimate.from_interval(found.auc, found.auc_low, found.auc_high)
    (decision,) = decide([Question("x", "auc", limit, estimate=estimate)])
    return decision.status


def rows(runs: int) -> Iterator[Row]:
    """Yields the rows of this module.

    Args:
        runs: Integer, data sets for each setting.
    """
    for members, nonmembers, accuracy in SETTINGS:
        kind = "no ties" if accuracy is None else f"one-hot, accuracy {accuracy:g}"
        setting = f"{members:,} : {nonmembers:,}, {kind}"
        found = [headline(seed, members, nonmembers, accuracy) for seed in range(runs)]
        yield from _rows_of(SUBJECT, setting, found)
    for members, nonmembers in ALONE:
        found = [
            headline(seed, members, nonmembers, None, ("loss",)) for seed in range(runs)
        ]
        yield from _rows_of(
            "one attack on one target", f"{members} : {nonmembers}", found
        )


def _rows_of(subject: str, setting: str, found: Sequence[Headline]) -> Iterator[Row]:
    """Yields what intervals and gates did in data sets without signal."""
    runs = len(found)
    covered = sum(one.auc_low <= 0.5 <= one.auc_high for one in found)
    flat = sum(one.auc_low == one.auc_high for one in found)
    alarms = sum(status(one, 0.5) == FAIL for one in found)
    passes = sum(status(one, np.nextafter(0.5, 0)) == PASS for one in found)
    yield Row(subject, setting, "coverage", covered, runs, ">= 95 %")
    yield Row(subject, setting, "width 0", flat, runs, "0 %")
    yield Row(subject, setting, "false alarms", alarms, runs, "<= 1 %")
    yield Row(subject, setting, "false passes", passes, runs, "<= 5 %")
