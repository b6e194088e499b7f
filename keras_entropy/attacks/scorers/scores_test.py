import numpy as np
import pytest

from keras_entropy.attacks.scorers.scores import Scores

VALUES = np.arange(6.0).reshape(2, 3)
FOLDS = np.array([[0, 1, 1], [2, 0, 1]])
LEFT_OUT = np.array([[0, 0, 1], [1, 0, 0]], bool)


@pytest.mark.parametrize("folds", [None, FOLDS])
@pytest.mark.parametrize("excluded", [None, LEFT_OUT])
def test_scores_of_a_target_are_its_own(folds, excluded):
    scores = Scores(VALUES, folds=folds, excluded=excluded)
    assert scores.fold_count == (1 if folds is None else 3)
    first = scores.first(1)
    np.testing.assert_array_equal(first.values, VALUES[:1])
    for part, whole in ((first.folds, folds), (first.excluded, excluded)):
        assert (part is None) == (whole is None)
        assert whole is None or part.tolist() == whole[:1].tolist()
    found = scores.of_target(1)
    assert (found.folds is None) == (folds is None)
    assert folds is None or found.folds.tolist() == [2, 0, 1]
    expected = [3.0 if excluded is None else np.nan, 4, 5]
    np.testing.assert_array_equal(found.values, expected)
    assert np.isfinite(scores.values).all()


def test_scores_claim_nothing_by_themselves():
    scores = Scores(VALUES)
    assert (scores.natural, scores.fold_correlation) == (False, 0.0)
