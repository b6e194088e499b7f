import numpy as np
import pytest

from keras_entropy.queries.families.input_space import image_axes
from keras_entropy.queries.families.input_space import space_of


def rows(seed, shape, n=60):
    return np.random.default_rng(seed).normal(size=(n, *shape)).astype("float32")


def of(x):
    return space_of(x[:30], x[30:])


def test_a_column_of_counts_codes_or_two_values_is_coded_and_others_are_graded():
    table = rows(0, (6,))
    table[:, 1] = np.round(table[:, 1] * 10)  # counts
    table[:, 3] = np.where(table[:, 3] > 0, 1.7, -0.6)  # standardized, of two values
    table[:, 4] = 0  # constant
    table[:, 5] = np.round(table[:, 5], 1)  # rounded, yet not to integers
    space = of(table)
    np.testing.assert_array_equal(space.coded, [0, 1, 0, 1, 0, 0])
    np.testing.assert_allclose(
        space.spread, table[30:].astype("float64").std(axis=0), rtol=1e-6
    )
    assert space.is_graded
    assert space.brightest is None


def test_a_column_is_coded_only_if_examples_and_reference_agree():
    table = rows(0, (2,))
    table[:30, 0] = 3
    assert not of(table).coded.any()


def test_two_values_of_few_examples_are_no_code():
    table = rows(0, (2,), n=2)
    assert not space_of(table[:1], table[1:]).coded.any()


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "U3", "O", "float32"])
def test_what_noise_has_no_meaning_for_is_coded(dtype):
    table = np.random.default_rng(0).integers(0, 9, (60, 4)).astype(dtype)
    assert not of(table).is_graded


def test_images_have_one_deviation_and_series_a_code_among_their_features():
    images = rows(1, (5, 4, 3))
    space = of(images)
    assert space.spread == pytest.approx(images[30:].astype("float64").std())
    assert not space.coded.any()
    series = rows(2, (7, 3))
    series[..., 1] = np.round(series[..., 1])
    space = of(series)
    np.testing.assert_array_equal(space.coded, [False, True, False])
    graded = series[30:][..., [0, 2]]
    assert space.spread == pytest.approx(graded.astype("float64").std())


def test_black_and_white_images_are_coded_and_a_dark_border_makes_no_code():
    images = rows(3, (6, 6, 1))
    assert not of(np.where(images > 0, np.float32(2.8), np.float32(-0.4))).is_graded
    plain = rows(3, (6, 6))
    plain[:, :, 0] = -0.4
    assert not of(plain).coded.any()


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("shape", [(6, 6), (6, 6, 3)])
def test_8_bit_images_are_graded_and_rounded(dtype, shape):
    pixels = np.random.default_rng(0).integers(0, 256, (60, *shape)).astype(dtype)
    space = of(pixels)
    assert space.brightest == 255
    assert space.is_graded
    moved = space.like(np.float32([-3.2, 0.4, 0.6, 254.7, 300]), pixels)
    np.testing.assert_array_equal(moved, [0, 0, 1, 255, 255])
    assert moved.dtype == dtype
    assert not of(pixels // 2).is_graded  # shades below 128 may be codes
    assert not of(pixels.reshape(60, -1)).is_graded  # a table of codes or counts
    assert not of(pixels.astype("int64")).is_graded  # tokens


def test_axes_of_an_image():
    assert image_axes((8, 8)) == (1, 2)
    assert image_axes((8, 9, 3)) == (1, 2)
    assert image_axes((3, 8, 9)) == (2, 3)
    assert image_axes((64,)) is None
    assert image_axes((1, 8)) is None
    assert image_axes((2, 3, 4, 5)) is None


def test_values_that_overflow_are_refused():
    huge = np.array([[1e300], [-1e300], [0.5]])
    with pytest.raises(ValueError, match="scale the inputs"):
        space_of(huge, huge)
