import types

import pytest

from eval_suite.measurements.attacks.attacks_above_bound import above_bound
from eval_suite.measurements.attacks.attacks_above_bound import guarantee_of
from keras_entropy.privacy.gaussian import auc_bound


def headline(auc, attack="lira"):
    return types.SimpleNamespace(attack=attack, auc=auc, auc_low=auc - 0.02)


class Comparison:
    """Attacks that find nothing, but for what a test plants."""

    def __init__(self, **planted):
        self.found = {"strongest": 0.5, "asked_often": 0.5, "known_start": 0.5}
        self.found |= {"worst_off": 0.5, "canaries": 0.5, **planted}

    def attacked(self, name):
        return types.SimpleNamespace(strongest=headline(self.found["strongest"]))

    def strongest_by_kind(self, name):
        return {"asked_often": headline(self.found["asked_often"]), "asked_once": None}

    def known_start(self, name):
        return headline(self.found["known_start"])

    def worst_off(self, name):
        return vars(headline(self.found["worst_off"]))

    @property
    def on_canaries(self):
        found = self.found["canaries"]
        row = None if found is None else vars(headline(found))
        return types.SimpleNamespace(row=lambda name: row)


def test_what_is_below_the_bound_or_not_shown_to_be_above_passes():
    assert above_bound(Comparison(), "dp-sgd", 0.6) == []
    assert above_bound(Comparison(strongest=0.61, canaries=None), "dp-sgd", 0.6) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("strongest", "on all records"),
        ("asked_often", "asked often"),
        ("known_start", "with a known start"),
        ("worst_off", "on the worst off"),
        ("canaries", "on canaries"),
    ],
)
def test_an_attack_above_the_bound_is_told_whatever_its_kind(kind, words):
    (told,) = above_bound(Comparison(**{kind: 0.63}), "dp-sgd", 0.6)
    assert told.startswith("lira")
    assert words in told
    assert "AUC 0.6300, at least 0.6100" in told


def test_the_bound_is_that_of_a_swap():
    found = guarantee_of("dp-sgd-reference", 763)
    # 100 steps of noise 20: half a standard deviation apart, one by a swap.
    assert found["auc_bound"] == pytest.approx(auc_bound(1.0))
    assert found["delta"] == pytest.approx(0.1 / 763)
    assert any("reference" in condition for condition in found["conditions"])


def test_a_defense_without_a_proof_is_refused():
    with pytest.raises(ValueError, match="label-only guarantees nothing"):
        guarantee_of("label-only", 763)
