import numpy as np
from scipy import special

from keras_entropy.attacks.scorers.shadow.difficulty_offset import DifficultyOffset
from keras_entropy.shadow.plan import complementary_pairs


def test_equals_the_direct_offset():
    rng = np.random.default_rng(0)
    membership = complementary_pairs(40, 8, seed=0).membership
    signal = rng.normal(size=(8, 40)) * 4
    found = DifficultyOffset().score_game(signal, membership)
    loss = -np.log(special.expit(signal))
    assert not found.excluded.any()
    for k in range(8):
        others = np.delete(np.arange(8), [k, k ^ 1])
        for i in range(40):
            outside = loss[others, i][~membership[others, i]]
            np.testing.assert_allclose(found.values[k, i], outside.mean() - loss[k, i])


def test_an_example_that_all_shadows_hold_is_excluded_and_scores_0():
    membership = complementary_pairs(20, 6, seed=0).membership
    membership[:, 0] = True
    confidence = np.random.default_rng(1).normal(size=(6, 20))
    scorer = DifficultyOffset()
    for found in (
        scorer.score_game(confidence, membership),
        scorer.score_target(confidence[0], confidence, membership),
    ):
        assert found.excluded[:, 0].all()
        assert not found.excluded[:, 1:].any()
        assert not found.values[:, 0].any()
