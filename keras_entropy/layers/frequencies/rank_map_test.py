import numpy as np

from keras_entropy import RankMap
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.fitted_defense_test import reference


def test_the_map_places_the_mean_of_the_sorted_pool():
    pool, labels = reference()
    rows, _ = reference(50, seed=1)
    out = to_numpy(RankMap().fit(pool, labels)(rows))
    mean = np.sort(pool, axis=-1)[:, ::-1].mean(axis=0)
    np.testing.assert_allclose(np.sort(out, axis=-1)[:, ::-1], [mean] * 50, atol=1e-6)
    np.testing.assert_array_equal(out.argsort(-1), rows.argsort(-1))


def test_the_map_s_questions_keep_each_feature_and_nothing_else():
    x = np.random.default_rng(0).normal(size=(100, 3, 2)) * [1, 9] + 5
    asked = RankMap().queries(x, seed=1)
    np.testing.assert_array_equal(np.sort(asked, axis=0), np.sort(x, axis=0))
    correlation = np.corrcoef(np.concatenate([x, asked], -1).reshape(100, -1).T)
    assert np.abs(correlation - np.eye(12)).max() < 0.4
    np.testing.assert_array_equal(asked, RankMap().queries(x, seed=1))


def test_ranks_left_out_are_equal():
    rows, _ = reference(50, seed=1)
    out = to_numpy(RankMap(2).fit(*reference())(rows))
    np.testing.assert_allclose(np.ptp(np.sort(out, axis=-1)[:, :3], axis=-1), 0)
