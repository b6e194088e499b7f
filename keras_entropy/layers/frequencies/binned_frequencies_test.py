import logging

import numpy as np
import pytest

from keras_entropy import BinnedFrequencies
from keras_entropy import LabelOnly
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.fitted_defense_test import reference


def nll(outputs, labels):
    return -np.log(outputs[np.arange(len(labels)), labels]).mean()


def test_one_bin_answers_with_the_label_frequencies_of_the_class():
    outputs, labels = reference(20_000)
    layer = BinnedFrequencies().fit(outputs, labels)
    predicted = outputs.argmax(-1)
    counts = np.zeros((5, 5))
    np.add.at(counts, (predicted, labels), 1)
    frequencies = counts / counts.sum(axis=-1, keepdims=True)
    # With thousands of examples in each class nothing is left to shrink.
    out = to_numpy(layer(outputs))
    np.testing.assert_allclose(out, frequencies[predicted], atol=2e-3)
    assert len(np.unique(out, axis=0)) == 5


def test_answers_are_calibrated_on_fresh_examples():
    layer = BinnedFrequencies(4).fit(*reference(20_000))
    outputs, labels = reference(20_000, seed=1)
    out = to_numpy(layer(outputs))
    for row in np.unique(out, axis=0):
        same = (out == row).all(axis=-1)
        found = np.bincount(labels[same], minlength=5) / same.sum()
        assert np.abs(found - row).max() < 4 * np.sqrt(0.25 / same.sum()) + 0.01


def test_more_bins_are_worth_more():
    outputs, labels = reference(20_000, seed=1)
    found = [
        nll(to_numpy(BinnedFrequencies(b).fit(*reference(20_000))(outputs)), labels)
        for b in (1, 2, 4)
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] < nll(to_numpy(LabelOnly(0.9)(outputs)), labels)


@pytest.mark.parametrize("bins", [1, 3])
def test_every_answer_is_shared_by_enough_examples(bins):
    outputs, labels = reference(150)
    layer = BinnedFrequencies(bins, min_count=12).fit(outputs, labels)
    _, counts = np.unique(to_numpy(layer(outputs)), axis=0, return_counts=True)
    predicted = np.bincount(outputs.argmax(-1))
    assert counts.min() >= 12 or counts.min() in predicted[predicted < 12]


def test_a_class_with_too_few_examples_gets_the_pooled_accuracy(caplog):
    outputs, labels = reference()
    few = np.flatnonzero(outputs.argmax(-1) == 3)[4:]
    outputs, labels = np.delete(outputs, few, 0), np.delete(labels, few)
    with caplog.at_level(logging.WARNING):
        layer = BinnedFrequencies(min_count=10).fit(outputs, labels)
    assert "classes [3] are predicted for fewer than 10" in caplog.text
    accuracy = (outputs.argmax(-1) == labels).mean()
    row = to_numpy(layer(np.eye(5, dtype="float32")[[3]]))[0]
    np.testing.assert_allclose(row[3], accuracy, atol=5e-3)
    np.testing.assert_allclose(np.delete(row, 3), (1 - row[3]) / 4, atol=1e-6)


def test_merged_bins_are_said(caplog):
    with caplog.at_level(logging.WARNING):
        BinnedFrequencies(4, min_count=30).fit(*reference())
    assert "too few reference examples for 4 bins of at least 30" in caplog.text
    caplog.clear()
    BinnedFrequencies(2, min_count=3).fit(*reference())
    assert not caplog.text


def test_many_rare_classes_are_counted_and_told_once(caplog):
    outputs = np.random.default_rng(0).dirichlet(np.ones(100), 300).astype("float32")
    layer = BinnedFrequencies(min_count=10)
    with caplog.at_level(logging.WARNING):
        for rows in (slice(0, 150), slice(150, 300)):
            layer.fit(outputs[rows], outputs[rows].argmax(-1))
    (told,) = caplog.messages
    assert "and 95 more are predicted for fewer than 10" in told
    assert len(told) < 160
