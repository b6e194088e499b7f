import numpy as np
import pytest

from keras_entropy.shadow.batches import batches


@pytest.mark.parametrize(("batch_size", "steps", "rest"), [(8, 3, 6), (10, 3, 0)])
def test_an_example_is_seen_once_an_epoch(batch_size, steps, rest):
    rng = np.random.default_rng(0)
    rows = np.stack([rng.permutation(60)[:30] for _ in range(2)])
    epochs = list(batches(rows, epochs=4, batch_size=batch_size, seeds=[5, 6]))
    assert len(epochs) == 4
    for full, last in epochs:
        assert full.shape == (steps, 2, batch_size)
        assert last.shape == (2, rest)
        for k in range(2):
            seen = np.concatenate([full[:, k].ravel(), last[k]])
            np.testing.assert_array_equal(np.sort(seen), np.sort(rows[k]))


def test_the_order_is_new_in_each_epoch_and_follows_from_the_seed():
    rows = np.arange(60).reshape(2, 30)
    settings = {"epochs": 2, "batch_size": 30, "seeds": [5, 6]}
    (first, _), (second, _) = batches(rows, **settings)
    assert (first != second).any()
    (again, _), _ = batches(rows, **settings)
    np.testing.assert_array_equal(first, again)
