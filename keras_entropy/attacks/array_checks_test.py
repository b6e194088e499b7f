"""A confidence that is none is refused wherever one can be given."""

import inspect

import numpy as np
import pytest

from keras_entropy import attacks
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks import game_headline
from keras_entropy.attacks import paired_difference
from keras_entropy.attacks.array_checks import ROW_SUM_TOLERANCE
from keras_entropy.attacks.array_checks import check_membership
from keras_entropy.attacks.array_checks import check_names
from keras_entropy.attacks.array_checks import check_output_block
from keras_entropy.attacks.array_checks import check_outputs
from keras_entropy.attacks.array_checks import check_plan
from keras_entropy.attacks.leakage.divergence import jensen_shannon
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


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        # Both sum to 1.
        ([-0.25, 1.25], r"between 0 and 1.*row 8 is \[-0.25, 1.25\].*from_logits=True"),
        ([-0.25, 0.5, 0.75], r"between 0 and 1.*row 8 is \[-0.25, 0.5, 0.75\]"),
        ([1.25], r"between 0 and 1.*row 8 is \[1.25\]"),
        ([-0.25], r"between 0 and 1.*row 8 is \[-0.25\]"),
        ([0.5, 0.4], r"row 8 sums to 0.9 \(1 such rows.*from_logits=True"),
        ([0.6, 0.5], r"row 8 sums to 1.1 \(1 such rows"),
        ([0.2] * 4 + [0.3], r"row 8 sums to 1.1"),
        ([-1.0, 0, 0, 1, 1], r"row 8 is \[-1, 0, 0, 1, ...\]"),
        ([np.nan, 0.5], r"finite.*row 8 is \[nan, 0.5\]"),
        ([np.inf, 0.5], r"finite.*row 8 is \[inf, 0.5\]"),
    ],
)
def test_rows_that_are_no_probabilities_are_refused_by_their_number(row, reason):
    good = np.full(len(row), 1 / len(row))
    with pytest.raises(ValueError, match=reason):
        check_output_block(np.array([good, row, good]), 7, from_logits=False)
    if np.isfinite(row).all():
        check_output_block(np.array([good, row]), 7, from_logits=True)
    else:
        with pytest.raises(ValueError, match=reason):
            check_output_block(np.array([good, row]), 7, from_logits=True)


def test_rows_that_rounding_leaves_a_little_off_are_probabilities():
    off = 0.9 * ROW_SUM_TOLERANCE
    rows = [[1 + off, 0], [1 - off, 0], [0.5, 0.5 + off], [0.5, 0.5 - off], [0.0, 1.0]]
    check_output_block(np.array(rows), 0, from_logits=False)
    check_output_block(np.array([[0.0], [1.0], [1 + off], [0.4]]), 0, from_logits=False)
    check_output_block(np.array([[1 + ROW_SUM_TOLERANCE]]), 0, from_logits=False)
    # Half precision explains a thousandth, and no more.
    with pytest.raises(ValueError, match=r"sum to 1 within 0\.001\."):
        check_output_block(np.array([[0.5, 0.5015]]), 0, from_logits=False)
    for far in (1 + 1.1 * ROW_SUM_TOLERANCE, 1 - 1.1 * ROW_SUM_TOLERANCE):
        with pytest.raises(ValueError, match="sum to 1"):
            check_output_block(np.array([[0.0, 1.0], [far / 2] * 2]), 0, False)


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        (np.zeros((2, 3)), r"array of floats.*shape=\(2, 3\)"),
        (np.zeros((2, 3, 2), complex), "array of floats.*dtype=complex128"),
        (np.zeros((0, 3, 2)), "must not be empty"),
        (np.zeros((2, 0, 2)), "must not be empty"),
        (np.zeros((2, 3, 0)), "must not be empty"),
        ([[[0.5, 0.5]], [[0.5]]], "lists of one length.*2 parts that differ in shape"),
    ],
)
def test_outputs_are_numbers_of_targets_examples_and_classes(outputs, reason):
    with pytest.raises(ValueError, match=reason):
        check_outputs(outputs, np.zeros(3, int), "outputs", "labels")


def test_outputs_and_labels_are_of_the_same_examples():
    for kind in (np.float16, np.int8, np.uint8):
        outputs = np.zeros((2, 3, 2), kind)
        found, labels = check_outputs(outputs, [0, 1, 1], "outputs", "labels")
        assert found is outputs
        assert labels.tolist() == [0, 1, 1]
    with pytest.raises(ValueError, match=r"each of the 3 outputs.*of 4 examples"):
        check_outputs(outputs, [0, 1, 1, 0], "outputs", "labels")


def test_a_plan_is_of_booleans():
    plan = [[0, 1], [1, 0]]
    for kind in (bool, int, np.uint8):
        found = check_plan(np.array(plan, kind), "plan")
        assert found.dtype == bool
        assert found.tolist() == plan
    for other in (np.array(plan, float), np.array([[0, 2], [1, 0]])):
        with pytest.raises(ValueError, match="`plan` must hold booleans"):
            check_plan(other, "plan")


def test_names_are_distinct_and_known():
    assert check_names("all", "abc", "attacks") == ("a", "b", "c")
    assert check_names("b", "abc", "attacks") == ("b",)
    assert check_names(["c", "a"], "abc", "attacks") == ("c", "a")
    for names in ((), ["a", "a"], ["a", "d"], "d"):
        with pytest.raises(ValueError, match=r"`attacks` must be 'all' or distinct.*b"):
            check_names(names, "abc", "attacks")


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


def public_functions():
    # Controls have seeds of their own.
    names = (name for name in dir(attacks) if not name.endswith("_controls"))
    functions = filter(inspect.isfunction, (getattr(attacks, name) for name in names))
    return [*functions, auc_by_shadows, jensen_shannon]


@pytest.mark.parametrize(("name", "default"), [("seed", 0), ("confidence", 0.95)])
def test_what_is_not_asked_for_is_the_same_everywhere(name, default):
    found = {
        function.__name__: inspect.signature(function).parameters[name].default
        for function in public_functions()
        if name in inspect.signature(function).parameters
    }
    assert len(found) > 3
    assert found == dict.fromkeys(found, default)
