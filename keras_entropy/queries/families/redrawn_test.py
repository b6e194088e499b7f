import numpy as np
import pytest
from scipy import stats

from keras_entropy.queries.families.redrawn import Redrawn
from keras_entropy.queries.families.redrawn import redrawn

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("probability", [0.1, 0.2, 0.3])
def test_features_are_redrawn_as_often_as_said_and_from_their_marginal(probability):
    # No value is in both, so that all that was redrawn is seen.
    x = np.full((3000, 4), -1)
    reference = RNG.integers(0, 6, (500, 4)) ** 2
    (question,) = Redrawn(probability, reference, 1).questions(x, x[:, 0], 1)
    drawn = question != x
    assert stats.binomtest(int(drawn.sum()), x.size, probability).pvalue > 1e-3
    for column in range(4):
        values, counts = np.unique(reference[:, column], return_counts=True)
        seen = [(question[:, column] == value).sum() for value in values]
        assert sum(seen) == drawn[:, column].sum()
        expected = counts / counts.sum() * sum(seen)
        assert stats.chisquare(seen, expected).pvalue > 1e-3


def test_features_are_redrawn_one_by_one():
    x = np.full((4000, 2), -1)
    reference = np.arange(200).reshape(100, 2)
    (question,) = Redrawn(0.3, reference, 0).questions(x, x[:, 0], 1)
    both = (question >= 0).all(axis=1)
    assert both.mean() == pytest.approx(0.09, abs=0.02)
    assert (question[both, 0] + 1 != question[both, 1]).mean() > 0.9


def test_a_probability_of_one_takes_every_feature_of_the_only_other():
    x, reference = np.zeros((5, 2, 3), bool), np.ones((1, 2, 3), bool)
    assert redrawn(x, reference, 1.0, RNG, RNG).all()


def test_strings_are_never_cut():
    x = np.array([["a", "b"]] * 50)
    reference = np.array([["elephant", "bee"], ["cat", "armadillo"]])
    (question,) = Redrawn(0.3, reference, 0).questions(x, np.zeros(50, int), 1)
    assert set(question[:, 0]) == {"a", "elephant", "cat"}
    assert set(question[:, 1]) == {"b", "bee", "armadillo"}
    assert x.dtype == "<U1"


@pytest.mark.parametrize("kind", ["U", "O"])
def test_texts_are_redrawn_by_words(kind):
    words = np.array("one two three four five six seven".split())
    texts = [" ".join(RNG.choice(words, 20)) for _ in range(80)]
    table = np.array([[text, place] for text, place in zip(texts, texts, strict=True)])
    table[:, 1] = RNG.choice(["New York", "Rome"], 80)  # a category
    table = table.astype(kind)
    given = np.array([["a  b\nc d e f g h i j " * 10, "Rome"]] * 40).astype(kind)
    (question,) = Redrawn(0.2, table, 0).questions(given, np.zeros(40, int), 1)
    assert set(question[:, 1]) == {"New York", "Rome"}
    split = [text.split() for text in question[:, 0]]
    assert {len(found) for found in split} == {100}
    flat = np.concatenate(split)
    assert set(flat) == {*words, *"abcdefghij"}
    assert np.isin(flat, words).mean() == pytest.approx(0.2, abs=0.02)
    assert all("  " in text and "\n" in text for text in question[:, 0])
    assert question.dtype.kind == kind
