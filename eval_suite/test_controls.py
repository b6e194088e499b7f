"""The attacks on data whose answer is known: a failed control voids every verdict."""

from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval_suite.measurements.kept_controls import controls_of
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from keras_entropy.attacks import INPUT_ATTACKS
from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks import Control
from keras_entropy.attacks.controls.null_controls import null_controls
from keras_entropy.attacks.controls.positive_controls import positive_controls
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)


@pytest.mark.parametrize("run", [null_controls, positive_controls])
def test_controls(
    run: Callable[[Sequence[str] | None], list[Control]],
    subject: Subject,
    record: Record,
    answers_folder: Callable[[], Path],
) -> None:
    # Without shadows, these attacks alone concern one model.
    alone = subject.reason_without("shadows") is not None
    of_one = (*TARGET_ATTACKS, *INPUT_ATTACKS, *LONE_NEIGHBOR_ATTACKS)
    attacks = of_one if alone else None
    record_controls(controls_of(answers_folder(), run, attacks), record)


def test_null_controls_on_these_models(subject: Subject, record: Record) -> None:
    reason = subject.reason_without("pairs")
    if reason is not None:
        pytest.skip(reason)
    from eval_suite.measurements.null_on_models import null_on_models

    record_controls(null_on_models(subject), record)


def record_controls(controls: Sequence[Control], record: Record) -> None:
    """Sends controls to the report, and fails where one did."""
    for control in controls:
        record("control", **control.row())
    failed = [
        f"{control.kind} control, {control.attack} on {control.variant}: AUC "
        f"{control.auc:.3f} [{control.auc_low:.3f}, {control.auc_high:.3f}]; "
        f"expected: {control.detail}"
        for control in controls
        if not control.passed
    ]
    assert not failed, "\n".join(failed)
    assert controls, "no control was run"
