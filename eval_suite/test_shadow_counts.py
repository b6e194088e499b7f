"""How much stronger more shadow models make attacks on the undefended models."""

import dataclasses

import pytest

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy.attacks.shadow_counts import auc_by_shadows


def test_auc_by_shadows(
    comparison: AttackComparison, subject: Subject, record: Record
) -> None:
    reason = subject.reason_without("pairs")
    if reason is not None:
        pytest.skip(reason)
    models = subject.paired_models(BASE)
    found = auc_by_shadows(models.outputs, models.labels, models.membership)
    for row in found:
        record("shadow_count", **dataclasses.asdict(row))
    entire = {r.attack: r for r in comparison.attacked(BASE).entire()}
    for row in found:
        if row.shadows == len(models.membership) - 2:
            expected = entire[row.attack].auc
            assert row.auc == pytest.approx(expected, abs=1e-9), (
                f"{row.attack} with all shadows: AUC {row.auc:.4f}; expected "
                f"{expected:.4f}, as in the game"
            )
