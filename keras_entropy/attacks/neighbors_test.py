import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.neighbors import NeighborSums
from keras_entropy.attacks.signals import compute_signals

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 60)
ANSWERS = special.softmax(RNG.normal(0, 3, (7, 2, 60, 4)), axis=-1).astype("float32")


def sums(questions=ANSWERS, family="noise"):
    found = NeighborSums(LABELS)
    for outputs in questions:
        found.add(family, outputs)
    return found


def test_sums_equal_all_answers_at_once():
    found = sums()
    found.add("lines", ANSWERS[0])
    result = found.result()
    every = [compute_signals(outputs, LABELS) for outputs in ANSWERS]
    np.testing.assert_array_equal(
        result.labels.right["noise"], [signals.correct for signals in every]
    )
    np.testing.assert_allclose(
        result.confidence["noise"],
        np.mean([signals.confidence for signals in every], axis=0),
    )
    assert result.labels.families == ("noise", "lines")
    assert result.labels.questions == len(ANSWERS) + 1
    bits = [*(signals.correct for signals in every), every[0].correct]
    np.testing.assert_allclose(result.labels.share(), np.mean(bits, axis=0))


def test_logits_are_read_as_such_where_it_is_said():
    logits = np.log(ANSWERS[0].astype("float64")) + 3
    said = NeighborSums(LABELS, from_logits=True)
    said.add("noise", logits)
    expected = sums(ANSWERS[:1]).result().confidence["noise"]
    found = said.result().confidence["noise"]
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    with pytest.raises(ValueError, match="probabilities"):
        NeighborSums(LABELS).add("noise", logits)


def test_a_pair_keeps_its_own_labels():
    bits = np.random.default_rng(1).random((3, 8, 5)) < 0.5
    labels = NeighborLabels({"noise": bits})
    for pair in range(4):
        own = labels.of_pair(pair).right["noise"]
        np.testing.assert_array_equal(own, bits[:, [2 * pair, 2 * pair + 1]])


def test_what_was_learned_is_kept_and_not_shown():
    labels = NeighborLabels({"noise": np.ones((1, 2, 3), bool)})
    before = repr(labels)
    assert labels.once(b"sum", lambda: 41) == labels.once(b"sum", lambda: 42) == 41
    assert labels.once(b"mean", lambda: 43) == 43
    assert repr(labels) == before
    with pytest.raises(TypeError, match="positional"):
        NeighborLabels(labels.right, {b"sum": 41})


def test_answers_of_another_shape_are_refused():
    found = sums()
    with pytest.raises(ValueError, match=r"one shape.*\(2, 60, 4\).*\(1, 60, 4\)"):
        found.add("noise", ANSWERS[0, :1])


def test_no_question_is_refused():
    with pytest.raises(ValueError, match="At least one question"):
        NeighborSums(LABELS).result()


def test_answers_about_other_examples_are_refused():
    result = sums().result()
    result.check(2, 60)
    with pytest.raises(ValueError, match=r"\(2, 61\).*Received: neighbors"):
        result.check(2, 61)


def test_all_families_are_about_the_same_examples():
    right = {"near": np.ones((3, 2, 60), bool), "far": np.ones((1, 2, 61), bool)}
    mixed = Neighbors(NeighborLabels(right), {"near": np.zeros((2, 60))})
    with pytest.raises(ValueError, match=r"of \[\(2, 60\), \(2, 61\)\]"):
        mixed.check(2, 60)
