import keras
import numpy as np
import pytest
from keras import layers
from keras import ops

from keras_entropy.queries.families.augmentation import Augmentation
from keras_entropy.queries.families.input_space import space_of

RNG = np.random.default_rng(0)
IMAGES = RNG.random((40, 6, 6, 3)).astype("float32")
LABELS = np.zeros(40, int)


def augmentation(inner, images=IMAGES, seed=0):
    model = keras.Sequential([keras.Input(images.shape[1:]), *inner])
    return Augmentation(model, space_of(images, images), seed)


def is_each_one_of(question, *versions):
    same = [(question == version).reshape(len(question), -1) for version in versions]
    per_image = [matches.all(axis=1) for matches in same]
    assert np.any(per_image, axis=0).all()
    assert all(matches.any() for matches in per_image)


def test_flips_are_flips():
    family = augmentation([layers.RandomFlip("horizontal"), layers.Flatten()])
    assert family.name == "augmentation"
    assert family.changes(IMAGES, LABELS)
    for question in family.questions(IMAGES, LABELS, 2):
        is_each_one_of(question, IMAGES, IMAGES[:, :, ::-1])


def test_layers_are_found_in_models_and_pipelines_inside_and_draw_for_themselves():
    inside = keras.Sequential([layers.RandomFlip("horizontal", seed=1)])
    pipeline = layers.Pipeline([layers.RandomFlip("vertical", seed=1)])
    inputs = keras.Input((6, 6, 3))
    outputs = layers.Dense(2)(layers.Flatten()(pipeline(inside(inputs))))
    model = keras.Model(inputs, outputs)
    family = Augmentation(model, space_of(IMAGES, IMAGES), 0)
    (question,) = family.questions(IMAGES, LABELS, 1)
    flipped = IMAGES[:, :, ::-1]
    is_each_one_of(question, IMAGES, flipped, IMAGES[:, ::-1], flipped[:, ::-1])


def test_what_stands_before_the_augmentation_is_undone_after_it():
    flat = (IMAGES * 255).reshape(40, -1)
    inner = [
        layers.Reshape((6, 6, 3)),
        layers.Resizing(6, 6),
        layers.Rescaling(2 / 255, offset=-1),
        layers.RandomBrightness(0.2, value_range=(-1, 1)),
        layers.Rescaling(3.0),
        layers.Flatten(),
    ]
    family = augmentation(inner, flat)
    (question,) = family.questions(flat, LABELS, 1)
    assert question.shape == flat.shape
    # All of an image is as much brighter, unless it is cut off at white or black.
    moved = question - flat
    inside = (question > 0.5) & (question < 254.5)
    for image in range(40):
        steps = moved[image][inside[image]]
        assert steps.max() - steps.min() < 0.01
    assert 5 < np.abs(moved).max() <= 0.2 * 255 + 0.1


def test_neither_the_model_nor_its_generators_are_changed():
    flip = layers.RandomFlip(seed=5)
    family = augmentation([flip])
    before = [
        ops.convert_to_numpy(variable.value).copy() for variable in flip.variables
    ]
    assert before
    one, other, again = (family.question(IMAGES, LABELS, n) for n in (0, 1, 0))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    for variable, value in zip(flip.variables, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(variable.value), value)


def test_8_bit_images_stay_so():
    images = RNG.integers(0, 256, (40, 6, 6, 3)).astype("uint8")
    (question,) = augmentation([layers.RandomContrast(0.5)], images).questions(
        images, LABELS, 1
    )
    assert question.dtype == "uint8"
    assert not np.array_equal(question, images)


def test_half_precision_layers_augment_single_precision_images():
    flip = layers.RandomFlip("horizontal", dtype="mixed_float16")
    (question,) = augmentation([flip]).questions(IMAGES, LABELS, 1)
    assert question.dtype == "float32"


@pytest.mark.parametrize(
    "inner",
    [
        [layers.Flatten(), layers.Dense(2)],
        [layers.Conv2D(3, 1), layers.RandomFlip()],  # of features, not of inputs
        [layers.RandomCrop(4, 4)],  # of another size
        [layers.RandomContrast(0.0)],  # of nothing
    ],
)
def test_a_model_without_augmentation_of_inputs_has_none(inner):
    assert not augmentation(inner).changes(IMAGES, LABELS)
