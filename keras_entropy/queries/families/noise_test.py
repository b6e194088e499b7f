import numpy as np
import pytest
from scipy import stats

from keras_entropy.queries.families.input_space import space_of
from keras_entropy.queries.families.noise import Noise

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4000, 3)).astype("float32") * np.float32([1, 10, 0.1])
X[:, 2] = 7  # constant
LABELS = np.zeros(len(X), int)


def family(x, scale=0.5, seed=3):
    return Noise(scale, space_of(x, x), x, seed)


@pytest.mark.parametrize("scale", [0.3, 0.5, 0.7])
def test_noise_is_gaussian_in_units_of_each_column(scale):
    (question,) = family(X, scale).questions(X, LABELS, 1)
    noise = (question - X) / (scale * X.std(axis=0) + 1e-30)
    for column in (0, 1):
        assert stats.kstest(noise[:, column], "norm").pvalue > 1e-3
    np.testing.assert_array_equal(question[:, 2], X[:, 2])
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.05


def test_questions_differ_and_are_independent():
    one, other = family(X).questions(X, LABELS, 2)
    assert abs(np.corrcoef((one - X)[:, 0], (other - X)[:, 0])[0, 1]) < 0.05


def test_a_column_of_counts_keeps_to_counts_that_exist():
    x = X.copy()
    x[:, 1] = RNG.integers(0, 5, len(x)) ** 2
    (question,) = family(x).questions(x, LABELS, 1)
    assert set(question[:, 1]) <= {0, 1, 4, 9, 16}
    # Redrawn with probability .2, and one in five draws changes nothing.
    changed = (question[:, 1] != x[:, 1]).mean()
    assert changed == pytest.approx(0.2 * 0.8, abs=0.02)
    assert (question[:, 0] != x[:, 0]).all()


def test_noise_of_8_bit_images_stays_8_bit():
    images = RNG.integers(0, 256, (50, 6, 6, 1)).astype("uint8")
    noise = Noise(0.3, space_of(images, images), images, 0)
    (question,) = noise.questions(images, LABELS[:50], 1)
    assert question.dtype == "uint8"
    inside = (images > 100) & (images < 150)
    moved = (question.astype(float) - images)[inside]
    assert moved.std() == pytest.approx(0.3 * images.std(), rel=0.15)
