import keras
import numpy as np
import pytest
import scipy.interpolate
import scipy.special

from keras_entropy import GaussianKoopman
from keras_entropy import RandomFourierKoopman
from keras_entropy import defend
from keras_entropy.layers.contract_test import check_config
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import check_mask
from keras_entropy.layers.contract_test import check_nan
from keras_entropy.layers.contract_test import check_shapes_and_dtypes
from keras_entropy.layers.contract_test import check_training
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.reference_study.koopman import _cosine


def study_spline(row):
    classes = len(row)
    grid = np.linspace(0, classes, 3 * classes)
    knots = np.linspace(0, classes, classes)
    return grid, scipy.interpolate.CubicSpline(knots, row)(grid)


def gaussian_koopman(row):
    """M-2 as the study computes it."""
    grid, spline = study_spline(row)
    centers = np.arange(len(row) + 1)[:, None]
    before = np.exp(-((grid - centers) ** 2) / 2)
    after = np.exp(-((spline - centers) ** 2) / 2)
    return (after[1] @ np.linalg.pinv(before) @ before)[0::3]


def random_fourier(row, frequencies, phases):
    """M-4 as the study computes it, with given draws, and how well posed it is."""
    _, spline = study_spline(row)
    features = np.sqrt(2 / 3) * np.cos(spline[:, None] * frequencies + phases)
    before, after = features[:-1], features[1:]
    operator = before.T @ after @ np.linalg.pinv(before.T @ before)
    singular = np.linalg.svd(before, compute_uv=False)
    return (features @ operator.T)[0::3, 0], singular[-1] / singular[0]


def ordinary_rows(classes, n=200):
    random = np.random.default_rng(classes)
    return random.dirichlet(np.full(classes, 0.3), n).astype("float32")


def test_gaussian_contract(tmp_path):
    kwargs = {"normalization": "clip"}
    check_layer(GaussianKoopman, kwargs, example_rows(5), tmp_path)


@pytest.mark.parametrize("classes", [4, 5, 10, 100])
def test_gaussian_equals_the_studys_formula(classes):
    rows = ordinary_rows(classes, 20)
    values = [gaussian_koopman(row.astype("float64")) for row in rows]
    out = to_numpy(GaussianKoopman()(rows))
    np.testing.assert_allclose(out, scipy.special.softmax(values, -1), atol=1e-6)


def test_gaussian_does_not_keep_uniform_rows():
    rows = np.full((1, 10), 0.1, "float32")
    assert np.abs(to_numpy(GaussianKoopman()(rows)) - 0.1).max() > 1e-3
    assert not GaussianKoopman().claims.raises_entropy


def test_random_contract():
    kwargs = {"seed": 3, "normalization": "clip"}
    rows = example_rows(5)

    def make(**extra):
        return RandomFourierKoopman(**kwargs, **extra)

    check_config(RandomFourierKoopman, kwargs)
    check_shapes_and_dtypes(make, rows)
    check_nan(make, rows)
    check_mask(make, rows)
    check_training(make, 5)


@pytest.mark.parametrize("classes", [4, 5, 10, 50])
def test_random_equals_the_studys_formula_with_the_same_draws(classes):
    rows = ordinary_rows(classes)
    layer, twin = RandomFourierKoopman(seed=5), RandomFourierKoopman(seed=5)
    draws = [to_numpy(x).astype("float64") for x in twin.draw((len(rows),))]
    out = to_numpy(layer(rows))
    results = [
        random_fourier(row.astype("float64"), *draw)
        for row, *draw in zip(rows, *draws, strict=True)
    ]
    expected = scipy.special.softmax([values for values, _ in results], axis=-1)
    error = np.abs(out - expected).max(axis=-1)
    posed = np.array([ratio for _, ratio in results])
    assert np.median(error) < 1e-6
    # What float32 can tell falls with the share of the smallest feature.
    assert (error[posed > 1e-3] < 1e-4).all()
    assert (error[posed > 1e-4] < 5e-3).all()


def test_cosine():
    angles = np.linspace(-30, 30, 100_001).astype("float32")
    expected = np.cos(angles.astype("float64"))
    found = to_numpy(_cosine(keras.ops.convert_to_tensor(angles)))
    np.testing.assert_allclose(found, expected, atol=2.5e-7)


def test_the_draws_have_the_studys_law():
    frequencies, phases = map(to_numpy, RandomFourierKoopman(seed=0).draw((20_000,)))
    assert frequencies.shape == phases.shape == (20_000, 3)
    np.testing.assert_allclose(frequencies.mean(), 0, atol=0.02)
    np.testing.assert_allclose(frequencies.var(), 1.2, rtol=0.02)
    np.testing.assert_allclose(phases.mean(), np.pi, rtol=0.02)
    assert phases.min() >= 0
    assert phases.max() < 2 * np.pi


def test_constant_features_give_a_uniform_row():
    # All features are constant: the pseudo-inverse has rank one.
    rows = np.full((8, 10), 0.1, "float32")
    out = to_numpy(RandomFourierKoopman(seed=1)(rows))
    np.testing.assert_allclose(out, rows, atol=1e-5)


def test_one_seed_gives_one_sequence_and_each_call_another_answer():
    rows = ordinary_rows(10)
    layers = [RandomFourierKoopman(seed=seed) for seed in (1, 1, 2)]
    answers = [[to_numpy(layer(rows)) for _ in range(2)] for layer in layers]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert np.abs(answers[0][0] - answers[0][1]).max() > 0.01
    assert np.abs(answers[0][0] - answers[2][0]).max() > 0.01
    assert not RandomFourierKoopman.claims.deterministic


def test_equal_rows_get_draws_of_their_own():
    rows = np.tile(ordinary_rows(10, 1), (5, 1))
    out = to_numpy(RandomFourierKoopman(seed=0)(rows))
    assert len(np.unique(out.round(6), axis=0)) == 5


def test_a_compiled_model_draws_anew_and_a_loaded_one_starts_again(tmp_path):
    rows = ordinary_rows(10, 32)
    base = keras.Sequential([keras.Input((10,)), keras.layers.Softmax()])
    model = defend(base, RandomFourierKoopman(seed=4))
    model.save(tmp_path / "model.keras")
    first, second = (model.predict(rows, verbose=0) for _ in range(2))
    assert np.abs(first - second).max() > 0.01
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(rows, verbose=0), first, atol=1e-5)


@pytest.mark.parametrize("cls", [GaussianKoopman, RandomFourierKoopman])
def test_too_few_classes_are_refused(cls):
    with pytest.raises(ValueError, match=r"at least 4 classes.*\(2, 3\)"):
        cls()(np.full((2, 3), 1 / 3, "float32"))


@pytest.mark.parametrize("cls", [GaussianKoopman, RandomFourierKoopman])
def test_an_unknown_normalization_is_refused(cls):
    with pytest.raises(ValueError, match="normalization='none'"):
        cls(normalization="none")


@pytest.mark.parametrize("seed", ["1", 1.5])
def test_a_seed_that_is_no_integer_is_refused(seed):
    with pytest.raises(ValueError, match="`seed` must be an integer"):
        RandomFourierKoopman(seed=seed)
