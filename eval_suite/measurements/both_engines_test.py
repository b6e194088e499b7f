import numpy as np
import pytest

from eval_suite.measurements import both_engines
from eval_suite.options.optional_packages import why_no_tf_privacy
from eval_suite.subjects.answers import PairedModels
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.tf_privacy import TfPrivacyResult

needs_reference = pytest.mark.skipif(
    why_no_tf_privacy() is not None, reason=str(why_no_tf_privacy())
)


def test_rows_are_thinned_in_proportion_and_stay_rows():
    labels = np.arange(700) % 10
    outputs = np.eye(10)[labels]
    sides = outputs[:600], labels[:600], outputs[600:], labels[600:]
    assert both_engines.thinned(sides, seed=0) is sides
    thin = both_engines.thinned(sides, 70, seed=0)
    assert [len(part) for part in thin] == [60, 60, 10, 10]
    for answers, own in (thin[:2], thin[2:]):
        np.testing.assert_array_equal(answers.argmax(axis=1), own)
    again = both_engines.thinned(sides, 70, seed=0)
    np.testing.assert_array_equal(thin[1], again[1])


def test_each_result_has_ours_beside_it():
    sides = planted.planted(2.0, "even", np.random.default_rng(0))
    audit = audit_outputs(*sides, attacks=("loss", "entropy"))
    theirs = [
        TfPrivacyResult("entropy", "entire", 0.6, 0.2),
        TfPrivacyResult("loss", "entire", 0.7, 0.3),
    ]
    entropy, loss = both_engines.beside_rows(audit, theirs)
    assert (entropy["attack"], entropy["auc"], entropy["advantage"]) == (
        "entropy",
        0.6,
        0.2,
    )
    assert entropy["own_auc"] == audit.get("entropy").auc
    assert loss["own_auc"] == audit.get("loss").auc
    assert loss["n_members"] == len(sides[0])


@needs_reference
def test_shadow_attacks_are_theirs_on_every_target():
    outputs, labels, membership = planted.planted_game(np.random.default_rng(1))
    outputs, membership = outputs[:12, :200], membership[:12, :200]
    names = ("loss", "lira_online", "difficulty_offset")
    models = PairedModels(outputs, labels[:200], membership, names)
    ours = audit_game(outputs, labels[:200], membership, attacks=names).attacks
    ratio, offset = both_engines.shadow_rows(models, ours)
    assert (ratio["attack"], offset["attack"]) == names[1:]
    for row, own in zip((ratio, offset), ours[1:], strict=True):
        assert own.targets == len(models.membership) == 12
        assert row["own_auc"] == own.auc
        assert planted.plain_game() < row["auc"] < planted.ideal_game()
    assert both_engines.shadow_rows(models, ours[:1]) == []


@needs_reference
def test_both_engines_on_noise_of_the_studys_kind(monkeypatch):
    monkeypatch.setattr(both_engines, "NULL_ATTACKS", ("loss", "logistic"))
    ours, theirs = both_engines.run_both_on_noise("tied 6:1", 0)
    loss, logistic = both_engines.beside_rows(ours, theirs)
    assert loss["auc"] == pytest.approx(loss["own_auc"], abs=1e-9)
    assert abs(logistic["auc"] - 0.5) > 0.1
    for row in (loss, logistic):
        assert row["own_auc_low"] <= 0.5 <= row["own_auc_high"]
