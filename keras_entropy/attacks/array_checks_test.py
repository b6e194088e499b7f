"""A confidence that is none is refused wherever one can be given."""

import numpy as np
import pytest

from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks import game_headline
from keras_entropy.attacks import paired_difference
from keras_entropy.attacks.array_checks import check_membership
from keras_entropy.attacks.shadow_counts import auc_by_shadows

OUTPUTS = np.full((8, 40, 2), 0.5)
LABELS = np.arange(40) % 2
PLAN = np.stack([np.arange(40) < 20, np.arange(40) >= 20] * 4)
CALLS = {
    "audit_outputs": lambda confidence: audit_outputs(
        OUTPUTS[0], LABELS, OUTPUTS[1], LABELS, confidence=confidence
    ),
    "audit_game": lambda confidence: audit_game(
        OUTPUTS, LABELS, PLAN, confidence=confidence
    ),
    "game_headline": lambda confidence: game_headline(
        audit_game(OUTPUTS, LABELS, PLAN, attacks="loss").attacks, confidence
    ),
    "paired_difference": lambda confidence: paired_difference(
        np.arange(4.0), np.zeros(4), confidence=confidence
    ),
    "auc_by_shadows": lambda confidence: auc_by_shadows(
        OUTPUTS, LABELS, PLAN, confidence=confidence
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("confidence", [95, 1.0, 0.0, -1.0, float("nan")])
def test_a_confidence_out_of_range_is_refused(call, confidence):
    with pytest.raises(ValueError, match=f"`confidence` must be.*={confidence}"):
        CALLS[call](confidence)


def test_one_column_is_of_two_classes():
    sigmoid = np.full((40, 1), 0.5)
    audit_outputs(sigmoid, LABELS, sigmoid, LABELS, attacks="loss")
    with pytest.raises(ValueError, match="member_labels"):
        audit_outputs(sigmoid, LABELS + 1, sigmoid, LABELS, attacks="loss")


def test_a_game_has_two_pairs_at_least_and_both_sides_in_each_model():
    np.testing.assert_array_equal(check_membership(PLAN[:4], 4, 40), PLAN[:4])
    for models in (2, 3, 5):
        with pytest.raises(ValueError, match=f"at least 4.*Received: {models} models"):
            check_membership(PLAN[:models], models, 40)
    everyone = np.stack([np.arange(40) >= 0, np.arange(40) < 0] * 2)
    with pytest.raises(ValueError, match="40 members, 0 non-members"):
        check_membership(everyone, 4, 40)
    agreeing = PLAN[:4].copy()
    agreeing[3, 5] = ~agreeing[3, 5]
    with pytest.raises(ValueError, match="models 2 and 3 agree on 1 of 40 examples"):
        check_membership(agreeing, 4, 40)


def test_percents_are_shown_as_what_they_mean():
    with pytest.raises(ValueError, match=r"below 1, such as 0\.015\. Received"):
        CALLS["paired_difference"](1.5)
    for none in (1, 100):
        with pytest.raises(ValueError, match=r"below 1\. Received"):
            CALLS["paired_difference"](none)
    with pytest.raises(ValueError, match=r"below 1, such as 0\.95\. Received"):
        CALLS["paired_difference"](95)


def test_a_margin_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="margin=nan"):
        paired_difference(np.arange(4.0), np.zeros(4), margin=float("nan"))
