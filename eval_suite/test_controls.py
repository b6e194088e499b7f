"""The attacks on data whose answer is known: a failed control voids every verdict."""

from collections.abc import Callable
from collections.abc import Sequence

import pytest

from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks import Control
from keras_entropy.attacks.controls.controls import null_controls
from keras_entropy.attacks.controls.controls import positive_controls
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)


@pytest.mark.parametrize("run", [null_controls, positive_controls])
def test_controls(
    run: Callable[[Sequence[str] | None], list[Control]],
    subject: Subject,
    record: Record,
) -> None:
    # Without shadows, these attacks alone concern one model.
    alone = subject.reason_without("shadows") is not None
    controls = run((*TARGET_ATTACKS, *LONE_NEIGHBOR_ATTACKS) if alone else None)
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
