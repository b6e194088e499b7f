import builtins
import importlib.util
import sys

import numpy as np
import pytest
from scipy import special
from scipy import stats

from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks import tf_privacy
from keras_entropy.attacks.controls import planted

installed = importlib.util.find_spec("tensorflow_privacy") is not None
needs_reference = pytest.mark.skipif(
    not installed, reason="TensorFlow Privacy needs Python < 3.12"
)
KINDS = ("entire", "class", "correctness")


@needs_reference
@pytest.mark.parametrize("law", ["continuous", "tied", "constant"])
def test_threshold_attacks_agree_on_every_slice(law):
    outputs, labels = planted.noise(law, 2100, np.random.default_rng(0))
    sides = outputs[:1800], labels[:1800], outputs[1800:], labels[1800:]
    reference = tf_privacy.tf_privacy_attacks(*sides, slices=KINDS)
    audit = audit_outputs(*sides, attacks=tf_privacy.THRESHOLD_ATTACKS, slices=KINDS)
    assert tf_privacy.disagreements(audit, reference) == []
    assert {r.slice for r in reference} == {r.slice for r in audit.attacks}


@needs_reference
def test_agreement_on_a_leak_from_logits():
    rng = np.random.default_rng(1)
    outputs, labels, others, other_labels = planted.planted(2.0, "even", rng)
    sides = special.logit(outputs), labels, special.logit(others), other_labels
    reference = tf_privacy.tf_privacy_attacks(*sides, from_logits=True)
    audit = audit_outputs(*sides, from_logits=True, attacks=("loss", "entropy"))
    shared = [r for r in reference if r.attack != "modified_entropy"]
    assert tf_privacy.disagreements(audit, shared) == []


@needs_reference
def test_a_disagreement_is_told():
    rng = np.random.default_rng(2)
    sides = planted.planted(2.0, "even", rng)
    audit = audit_outputs(*sides, attacks="loss")
    wrong = tf_privacy.TfPrivacyResult("loss", "entire", audit.auc + 0.01, np.nan)
    found = tf_privacy.disagreements(audit, [wrong])
    assert len(found) == 2
    assert "auc of loss on entire" in found[0]
    with pytest.raises(ValueError, match="must hold a threshold attack"):
        tf_privacy.disagreements(audit, [])


@needs_reference
def test_their_trained_attackers_see_what_is_not_there_and_ours_do_not():
    # Six members to a non-member and 96 % ties: the study's own situation.
    theirs, ours = [], []
    for seed in range(4):
        outputs, labels = planted.noise("tied", 7000, np.random.default_rng(seed))
        sides = outputs[:6000], labels[:6000], outputs[6000:], labels[6000:]
        reference = tf_privacy.tf_privacy_attacks(
            *sides, attacks=("logistic",), loss_only=True, seed=seed
        )
        theirs.append(reference[0])
        ours.append(audit_outputs(*sides, attacks="logistic", seed=seed).attacks[0])
    assert max(abs(result.auc - 0.5) for result in theirs) > 0.1
    assert max(result.advantage for result in theirs) > 0.3
    for result in ours:
        assert result.auc_low <= 0.5 <= result.auc_high
        assert abs(result.advantage) < 0.05


@needs_reference
def test_shadow_scores_are_leave_pair_out():
    outputs, labels, membership = planted.planted_game(np.random.default_rng(3))
    p = outputs[:8, np.arange(60), labels[:60]]
    confidence, membership = special.logit(p), membership[:8, :60]
    ratios = tf_privacy.tf_privacy_shadow_scores(confidence, membership)
    offsets = tf_privacy.tf_privacy_shadow_scores(confidence, membership, offset=True)
    for example in range(60):
        values, inside = confidence[2:, example], membership[2:, example]
        if not 1 < inside.sum() < 5:
            continue  # no spread on one side
        sides = values[inside], values[~inside]
        middles = [np.median(side) for side in sides]
        for model in (0, 1):
            own = confidence[model, example]
            assert offsets[model, example] == pytest.approx(own - np.mean(middles))
            densities = [
                stats.norm.logpdf(own, middle, np.std(side))
                for middle, side in zip(middles, sides, strict=True)
            ]
            expected = densities[0] - densities[1]
            assert ratios[model, example] == pytest.approx(expected)


@needs_reference
def test_numpys_global_state_is_left_alone():
    sides = planted.planted(2.0, "even", np.random.default_rng(4))
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    tf_privacy.tf_privacy_attacks(*sides, attacks=("loss",), seed=1)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_slices_that_need_vectors_are_refused_for_losses():
    sides = planted.planted(2.0, "even", np.random.default_rng(6))
    with pytest.raises(ValueError, match="`loss_only` excludes"):
        tf_privacy.tf_privacy_attacks(*sides, slices=KINDS, loss_only=True)


def test_absence_is_explained(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("tensorflow_privacy"):
            raise ImportError("not here")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    for name in [name for name in sys.modules if name.startswith("tensorflow_privacy")]:
        monkeypatch.delitem(sys.modules, name)
    sides = planted.planted(2.0, "even", np.random.default_rng(5))
    with pytest.raises(ImportError, match=r"Python < 3.12 and come with `pip install"):
        tf_privacy.tf_privacy_attacks(*sides)
