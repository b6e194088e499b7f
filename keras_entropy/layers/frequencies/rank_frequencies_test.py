import logging

import numpy as np
import pytest

from keras_entropy import RankFrequencies
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.fitted_defense_test import reference
from keras_entropy.layers.frequencies.binned_frequencies_test import nll


def test_frequencies_are_those_of_each_rank():
    outputs, labels = reference(20_000)
    order = np.argsort(-outputs, axis=-1)
    rank = (order == labels[:, None]).argmax(axis=-1)
    expected = np.bincount(rank, minlength=5) / len(rank)
    out = to_numpy(RankFrequencies(None).fit(outputs, labels)(outputs[:1]))[0]
    np.testing.assert_allclose(np.sort(out)[::-1], expected, atol=2e-3)
    out = to_numpy(RankFrequencies(2).fit(outputs, labels)(outputs[:1]))[0]
    expected[2:] = expected[2:].mean()
    np.testing.assert_allclose(np.sort(out)[::-1], expected, atol=2e-3)


def test_ranks_and_bins_are_worth_something():
    outputs, labels = reference(20_000, seed=1)
    fit = reference(20_000)
    found = [
        nll(to_numpy(RankFrequencies(ranks, bins).fit(*fit)(outputs)), labels)
        for ranks, bins in ((1, 1), (2, 1), (4, 1), (4, 4))
    ]
    assert found == sorted(found, reverse=True)
    assert found[-1] < nll(outputs, labels)


def test_few_examples_suffice():
    outputs, labels = reference(20_000, seed=1)
    few = to_numpy(RankFrequencies(2).fit(*reference(120))(outputs))
    many = to_numpy(RankFrequencies(2).fit(*reference(20_000))(outputs))
    assert nll(few, labels) < 1.03 * nll(many, labels)


def test_merged_bins_are_said(caplog):
    layer = RankFrequencies(bins=4, min_count=30)
    with caplog.at_level(logging.WARNING):
        layer.fit(*reference(70))
    assert "for 4 bins of at least 30 that differ: merged to 2" in caplog.text
    assert (to_numpy(layer.edges) < 1).sum() == 1
    caplog.clear()
    RankFrequencies(bins=2, min_count=30).fit(*reference(20_000))
    assert not caplog.text


def test_more_ranks_than_classes_are_refused():
    with pytest.raises(ValueError, match=r"below the number.*ranks=5, classes=5"):
        RankFrequencies(5).build((None, 5))
