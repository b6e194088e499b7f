import numpy as np

from keras_entropy import GaussianNoise
from keras_entropy import LabelOnly
from keras_entropy import TemperatureScaling
from keras_entropy.queries.known_defense import averaged_answers
from keras_entropy.queries.known_defense import ways

ROWS = np.float32([[[0.5, 0.3, 0.2], [0.3, 0.4, 0.3]]])


def test_the_mean_of_many_answers_is_the_undefended_one():
    layer = GaussianNoise(0.05, seed=0)
    few, many = (averaged_answers(layer, ROWS, queries=n) for n in (2, 2000))
    assert many.shape == ROWS.shape
    np.testing.assert_allclose(many, ROWS, atol=5e-3)
    assert np.abs(few - ROWS).max() > np.abs(many - ROWS).max()


def test_each_way_comes_near_to_what_was_hidden():
    (undoing,) = ways(TemperatureScaling(9.0))
    assert (undoing.name, undoing.of_undefended) == ("inverse", False)
    hidden = np.asarray(TemperatureScaling(9.0)(ROWS))
    np.testing.assert_allclose(undoing.change(hidden), ROWS, atol=1e-4)
    few, many = ways(GaussianNoise(0.05, seed=0))
    assert (few.name, many.name) == ("repeat10", "repeat100")
    assert few.of_undefended
    assert many.of_undefended
    np.testing.assert_allclose(many.change(ROWS), ROWS, atol=0.02)
    assert ways(LabelOnly()) == []
