import logging

import numpy as np
import pytest

from keras_entropy import BinnedFrequencies
from keras_entropy import PairFrequencies
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.fitted_defense_test import reference
from keras_entropy.layers.frequencies.binned_frequencies_test import nll


def test_each_pair_gets_the_frequencies_of_its_labels():
    outputs, labels = reference(40_000)
    out = to_numpy(PairFrequencies().fit(outputs, labels)(outputs))
    order = np.argsort(-outputs, axis=-1)
    for first, second in ((0, 1), (1, 0), (4, 2)):
        alike = (order[:, 0] == first) & (order[:, 1] == second)
        frequencies = np.bincount(labels[alike], minlength=5) / alike.sum()
        np.testing.assert_allclose(out[alike], [frequencies] * alike.sum(), atol=0.01)
    assert len(np.unique(out, axis=0)) == 20


def test_the_second_choice_is_worth_something():
    outputs, labels = reference(20_000, seed=1)
    pairs = to_numpy(PairFrequencies().fit(*reference(20_000))(outputs))
    classes = to_numpy(BinnedFrequencies().fit(*reference(20_000))(outputs))
    assert nll(pairs, labels) < nll(classes, labels) - 0.02


def test_rare_pairs_share_what_is_known_of_the_first_choice():
    outputs, labels = reference(60)
    layer = PairFrequencies(min_count=50).fit(outputs, labels)
    rows, _ = reference(500, seed=1)
    out = np.sort(to_numpy(layer(rows)), axis=-1)
    # No class is first for 50 examples: all answers hold the same three numbers.
    np.testing.assert_allclose(out, out[:1].repeat(500, 0), atol=1e-6)


def test_two_classes_have_no_third():
    random = np.random.default_rng(0)
    outputs = random.dirichlet(np.ones(2), 500)
    labels = (random.uniform(size=500) < 0.2) ^ outputs.argmax(-1)
    out = to_numpy(PairFrequencies().fit(outputs, labels)(outputs.astype("float32")))
    right = out[np.arange(500), outputs.argmax(-1)]
    np.testing.assert_allclose(right, 0.8, atol=0.06)


def test_too_many_classes_are_refused():
    with pytest.raises(ValueError, match=r"RankFrequencies.*Received: 201 classes"):
        PairFrequencies().build((None, 201))


def test_classes_that_are_predicted_too_rarely_are_said(caplog):
    outputs, labels = reference(400)
    rare = np.flatnonzero(outputs.argmax(-1) == 3)[4:]
    with caplog.at_level(logging.WARNING):
        PairFrequencies().fit(np.delete(outputs, rare, 0), np.delete(labels, rare))
    assert "classes [3] are predicted for fewer than 10" in caplog.text


def test_too_few_reference_examples_are_refused():
    with pytest.raises(ValueError, match="9 examples, min_count=10"):
        PairFrequencies().fit(*reference(9))
