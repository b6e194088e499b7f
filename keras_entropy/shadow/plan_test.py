import numpy as np
import pytest

from keras_entropy.shadow import plan


def test_partners_hold_complementary_halves():
    pairs = plan.complementary_pairs(20, 6, seed=3)
    membership = pairs.membership
    assert membership.shape == (6, 20)
    assert membership.dtype == bool
    np.testing.assert_array_equal(membership[pairs.partner], ~membership)
    np.testing.assert_array_equal(membership.sum(axis=1), 10)
    np.testing.assert_array_equal(membership.sum(axis=0), 3)


def test_rows_are_the_members():
    pairs = plan.complementary_pairs(12, 4, seed=0)
    rows = pairs.rows()
    assert rows.shape == (4, 6)
    for members, row in zip(pairs.membership, rows, strict=True):
        np.testing.assert_array_equal(np.flatnonzero(members), row)


def test_more_models_extend_the_same_plan():
    few = plan.complementary_pairs(30, 4, seed=5).membership
    many = plan.complementary_pairs(30, 8, seed=5).membership
    np.testing.assert_array_equal(few, many[:4])
    assert (plan.complementary_pairs(30, 4, seed=6).membership != few).any()


def test_halves_are_drawn_uniformly():
    membership = plan.complementary_pairs(40, 4000, seed=1).membership[::2]
    # 2,000 independent halves: an example's share has standard deviation 0.011.
    assert abs(membership.mean(axis=0) - 0.5).max() < 0.05


@pytest.mark.parametrize(("n", "models", "name"), [(7, 4, "n"), (8, 3, "models")])
def test_odd_numbers_are_refused(n, models, name):
    with pytest.raises(ValueError, match=rf"`{name}` must be an even number.*Received"):
        plan.complementary_pairs(n, models, seed=0)
