import numpy as np
import pytest
from scipy import ndimage

from keras_entropy.queries.families.input_space import image_axes
from keras_entropy.queries.families.input_space import space_of
from keras_entropy.queries.families.shifts import DIRECTIONS
from keras_entropy.queries.families.shifts import HalfPixelShifts

RNG = np.random.default_rng(0)


def shifts(images):
    space = space_of(images, images)
    family = HalfPixelShifts(space, image_axes(images.shape[1:]))
    return list(family.questions(images, np.zeros(len(images), int), family.most))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (3, 7, 8)])
def test_shifts_are_scipys(shape, dtype):
    images = RNG.normal(size=(9, *shape)).astype(dtype)
    height, _ = image_axes(shape)
    questions = shifts(images)
    assert len({*DIRECTIONS}) == len(questions) == 8
    for (down, right), question in zip(DIRECTIONS, questions, strict=True):
        by = np.zeros(images.ndim)
        by[height : height + 2] = down / 2, right / 2
        expected = ndimage.shift(
            images.astype("float64"), by, order=1, mode="nearest", prefilter=False
        )
        tolerance = 2e-3 if dtype == "float16" else 1e-6
        np.testing.assert_allclose(question, expected, atol=tolerance)
        assert question.dtype == dtype


def test_nothing_wraps_around():
    images = np.zeros((1, 4, 4), "float32")
    images[0, :, -1] = 1
    for (_, right), question in zip(DIRECTIONS, shifts(images), strict=True):
        assert not question[0, :, 0].any(), right


def test_shifts_of_8_bit_images_are_rounded():
    images = RNG.integers(0, 256, (3, 4, 4)).astype("uint8")
    assert {question.dtype for question in shifts(images)} == {np.dtype("uint8")}


def test_there_are_no_more_than_eight():
    images = RNG.normal(size=(3, 4, 4))
    family = HalfPixelShifts(space_of(images, images), (1, 2))
    with pytest.raises(ValueError, match=r"has 8 questions\. Received: count=9"):
        next(family.questions(images, np.zeros(3, int), 9))
