import numpy as np

from eval_suite.repeated import averaged_answers
from keras_entropy import GaussianNoise


def test_the_mean_of_many_answers_is_the_undefended_one():
    rows = np.float32([[[0.5, 0.3, 0.2], [0.3, 0.4, 0.3]]])
    layer = GaussianNoise(0.05, seed=0)
    few, many = (averaged_answers(layer, rows, queries) for queries in (2, 2000))
    assert many.shape == rows.shape
    np.testing.assert_allclose(many, rows, atol=5e-3)
    assert np.abs(few - rows).max() > np.abs(many - rows).max()


def test_two_sides_stay_apart():
    sides = np.float32([[0.9, 0.1]]), np.float32([[0.2, 0.8], [0.5, 0.5]])
    out = averaged_answers(GaussianNoise(0.0, seed=0), sides, 3)
    np.testing.assert_allclose(out[0], sides[0], atol=1e-6)
    np.testing.assert_allclose(out[1], sides[1], atol=1e-6)
