import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.scorers import per_class
from keras_entropy.attacks.scorers.per_class import class_ranks
from keras_entropy.attacks.signals import compute_signals


def test_ranks_are_those_among_held_out_non_members_of_the_class():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 90)
    # Two decimals, so that some tie.
    right = rng.uniform(0.1, 0.9, (2, 90)).round(2)
    outputs = np.repeat((1 - right[..., None]) / 2, 3, axis=-1)
    np.put_along_axis(outputs, labels[None, :, None], right[..., None], axis=-1)
    # Of the last class all are members: nobody is there to compare with.
    membership = (rng.random((2, 90)) < 0.5) | (labels == 2)
    found = class_ranks("loss", compute_signals(outputs, labels), membership, seed=3)
    assert set(np.unique(found.folds)) == set(range(5))
    for target in range(2):
        for row in range(90):
            known = (found.folds[target] != found.folds[target, row]) & ~membership[
                target
            ]
            own = known & (labels == labels[row])
            ranks = [
                stats.percentileofscore(right[target, rows], right[target, row], "mean")
                / 100
                if rows.any()
                else 0
                for rows in (own, known)
            ]
            # All classes together count for 50 examples of the class.
            expected = np.average(ranks, weights=[own.sum(), 50])
            assert found.values[target, row] == pytest.approx(expected)
    again = class_ranks("loss", compute_signals(outputs, labels), membership, seed=4)
    assert (again.folds != found.folds).any()
    assert (found.folds[0] != found.folds[1]).any()


def test_ranks_in_a_sample_of_one_and_of_none():
    values = np.array([1.0, 2.0, 3.0])
    assert per_class._rank(values, np.array([2.0])).tolist() == [0, 0.5, 1]
    assert per_class._rank(values, np.array([])).tolist() == [0, 0, 0]
