import keras
import numpy as np
import pytest
from keras import ops

from keras_entropy.losses import HighEntropyLabelLoss
from keras_entropy.losses import RelaxLoss
from keras_entropy.training.loss_targets import targets_for

Y = np.array([2, 0, 1, 2])
ONE_HOT = np.eye(3, dtype="float32")[Y]
NUMBERS = {
    "a name": "sparse_categorical_crossentropy",
    "a function of Keras": keras.losses.sparse_categorical_crossentropy,
    "an object": keras.losses.SparseCategoricalCrossentropy(),
    "of logits": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "a list": ["sparse_categorical_crossentropy"],
    "a list of a function": [keras.losses.sparse_categorical_crossentropy],
    "a function of one's own": lambda y, p: (
        -ops.log(
            ops.sum(
                ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), 3) * p, axis=-1
            )
        )
    ),
    "of this package, which takes both": HighEntropyLabelLoss(0.9, weight=0.01),
    "that relaxes": RelaxLoss(),
}
ROWS = {
    "a name": "categorical_crossentropy",
    "a function of Keras": keras.losses.categorical_crossentropy,
    "an object": keras.losses.CategoricalFocalCrossentropy(),
    "of logits": keras.losses.CategoricalCrossentropy(from_logits=True),
    "smoothed": keras.losses.CategoricalCrossentropy(label_smoothing=0.3),
    "one for each class": "binary_crossentropy",
    "no cross-entropy": "mse",
    "a list": [keras.losses.CategoricalCrossentropy()],
    "hinge": "categorical_hinge",
    "a function of one's own": lambda y, p: -ops.sum(y * ops.log(p + 1e-7), axis=-1),
}
COLUMN = {
    "a name": "binary_crossentropy",
    "of logits": keras.losses.BinaryCrossentropy(from_logits=True),
    "a list": ["binary_crossentropy"],
    "hinge": "hinge",
    "a function of one's own": lambda y, p: (
        -ops.mean(y * ops.log(p + 1e-7) + (1 - y) * ops.log(1 - p + 1e-7), axis=-1)
    ),
}


def compiled(loss, units=3):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
    model.compile("adam", loss)
    return model


@pytest.mark.parametrize("loss", NUMBERS.values(), ids=NUMBERS)
def test_class_numbers_are_left_as_they_are(loss):
    np.testing.assert_array_equal(targets_for(compiled(loss), Y), Y)


@pytest.mark.parametrize("loss", ROWS.values(), ids=ROWS)
def test_one_hot_rows(loss):
    np.testing.assert_array_equal(targets_for(compiled(loss), Y), ONE_HOT)


@pytest.mark.parametrize("loss", COLUMN.values(), ids=COLUMN)
def test_a_column_for_one_unit(loss):
    found = targets_for(compiled(loss, units=1), Y % 2)
    np.testing.assert_array_equal(found, [[0], [0], [1], [0]])


def test_two_classes_and_many():
    two = targets_for(compiled("categorical_crossentropy", units=2), Y % 2)
    np.testing.assert_array_equal(two, np.eye(2)[Y % 2])
    y = np.array([0, 999, 17])
    many = compiled("sparse_categorical_crossentropy", units=1000)
    np.testing.assert_array_equal(targets_for(many, y), y)
    many = compiled("categorical_crossentropy", units=1000)
    np.testing.assert_array_equal(targets_for(many, y), np.eye(1000)[y])


def test_a_loss_that_is_none_of_labels_is_refused():
    for loss in (lambda y, p: ops.mean(p, axis=-1), lambda y, p: 1 / 0):
        with pytest.raises(
            ValueError, match=r"loss of labels.*class numbers: .*one-hot"
        ):
            targets_for(compiled(loss), Y)


def test_the_model_is_left_as_it_was():
    model = compiled("sparse_categorical_crossentropy")
    before = model.get_compile_config()
    targets_for(model, Y)
    assert model.get_compile_config() == before
    model.fit(np.ones((4, 4)), Y, verbose=0)
