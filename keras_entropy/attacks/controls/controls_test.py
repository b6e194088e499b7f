import numpy as np
import pytest

from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.controls.null_controls import MAX_HALF_WIDTH
from keras_entropy.attacks.controls.null_controls import null_controls
from keras_entropy.attacks.controls.positive_controls import positive_controls
from keras_entropy.attacks.scorers import threshold
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NEIGHBOR_TABLE


def test_null_controls_pass_for_every_attack_by_name():
    rows = null_controls()
    assert [row.name for row in rows if not row.passed] == []
    assert {row.attack for row in rows} == {*ATTACK_TABLE, *NEIGHBOR_TABLE}
    # Where a side has few examples, an interval shows that it is not too short.
    wide = {row.variant for row in rows if row.half_width > MAX_HALF_WIDTH}
    games = ("continuous", "tied", "constant")
    assert wide == {
        *("few members", "few non-members", "rare errors, few non-members"),
        *("labels around few non-members", "labels around, small game"),
        *("canaries", "labels around, canaries"),
        *(f"{law} game, the worst off" for law in games),
    }
    assert min(row.half_width for row in rows if row.variant in wide) > 0.02
    assert {row.variant for row in rows} > {"rare errors"}
    for row in rows:
        if row.variant.startswith("constant") and row.attack != "label_only":
            assert row.auc == 0.5, row.name


def test_positive_controls_pass_for_every_attack_by_name():
    rows = positive_controls()
    assert [row.name for row in rows if not row.passed] == []
    assert {row.attack for row in rows} == {*ATTACK_TABLE, *NEIGHBOR_TABLE}


def test_rows_hold_plain_values():
    (row,) = {
        control.name: control.row()
        for control in positive_controls(("per_class:loss",))
    }.values()
    assert {type(value) for value in row.values()} == {str, float, bool}


def test_a_selection_runs_what_it_names():
    assert {row.attack for row in null_controls(("loss",))} == {"loss"}
    assert {row.attack for row in positive_controls(("label_only",))} == {"label_only"}


def test_null_control_sees_a_score_that_knows_the_side(monkeypatch):
    # A bug that many engines have had: scores depend on the position in the array.
    def by_position(signals):
        return -signals.loss + 0.3 * (np.arange(signals.examples) < 2500)

    monkeypatch.setitem(threshold.SCORES, "loss", by_position)
    assert not all(row.passed for row in null_controls(("loss",)))


@pytest.mark.parametrize("fault", [lambda s: s.loss, lambda s: 0 * s.loss])
def test_positive_control_sees_a_wrong_sign_and_a_blind_attack(monkeypatch, fault):
    monkeypatch.setitem(threshold.SCORES, "loss", fault)
    assert not any(row.passed for row in positive_controls(("loss",)))


@pytest.mark.parametrize("law", ["continuous", "tied", "constant"])
def test_noise_at_60000_to_10000_stays_within_a_hundredth(law):
    outputs, labels = planted.noise(law, 70_000, np.random.default_rng(11))
    audit = audit_outputs(
        outputs[:60_000], labels[:60_000], outputs[60_000:], labels[60_000:]
    )
    for result in audit.attacks:
        assert result.auc == pytest.approx(0.5, abs=0.01), result.attack
    assert audit.strongest.auc == pytest.approx(0.5, abs=0.01)
