import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks import Shadows
from keras_entropy.attacks.audits.target_scoring import target_scorer
from keras_entropy.attacks.audits.target_scoring import with_inputs
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.shadow.plan import complementary_pairs


def signals_of(examples):
    return compute_signals(np.full((1, examples, 2), 0.5), np.zeros(examples, int))


@pytest.mark.parametrize("examples", [99, 100])
def test_a_hundred_examples_are_enough_to_learn_from_their_inputs(examples):
    signals, inputs = signals_of(examples), np.arange(2.0 * examples).reshape(-1, 2)
    found, reason = with_inputs(signals, inputs)
    if examples < 100:
        assert found is signals
        assert reason == "needs at least 100 examples, 99 are here"
    else:
        assert reason is None
        np.testing.assert_array_equal(found.inputs, inputs)


def test_inputs_that_are_no_numbers_are_left_out():
    signals = signals_of(120)
    found, reason = with_inputs(signals, np.array(["a"] * 120))
    assert found is signals
    assert reason == "needs inputs that are finite numbers"


def test_shadows_answer_in_probabilities_unless_it_is_said():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(5, 40, 3)), rng.integers(0, 3, 40)
    outputs = special.softmax(logits, axis=-1)
    target, member = compute_signals(outputs[:1], labels), np.arange(40)[None] < 20
    plan = complementary_pairs(40, 4, seed=0).membership
    given = Shadows(outputs[1:], plan), Shadows(logits[1:], plan)
    found = target_scorer(target, member, given[0], 0)("lira_offline")
    same = target_scorer(target, member, given[1], 0, True)("lira_offline")
    np.testing.assert_allclose(found.values, same.values)
