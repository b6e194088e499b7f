"""What more shadow models would buy an attacker of the undefended models."""

import dataclasses

import pytest

from eval_suite.subjects.membership_game import BASE
from keras_entropy.attacks.shadow_counts import auc_by_shadows


def test_auc_by_shadows(comparison, subject, record):
    if not comparison.is_game:
        pytest.skip("needs a game, in which every model is a target")
    found = auc_by_shadows(subject.outputs(BASE), subject.labels, subject.membership)
    for row in found:
        record("shadow_count", **dataclasses.asdict(row))
    entire = {
        r.attack: r for r in comparison.attacked(BASE).results if r.slice == "entire"
    }
    for row in found:
        if row.shadows == len(subject.membership) - 2:
            expected = entire[row.attack].auc
            assert row.auc == pytest.approx(expected, abs=1e-9), (
                f"{row.attack} with all shadows: AUC {row.auc:.4f}; expected "
                f"{expected:.4f}, as in the game"
            )
