"""Tests that hold for all layers fitted to reference examples."""

import functools

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy import BinnedFrequencies
from keras_entropy import FittedDefense
from keras_entropy import PairFrequencies
from keras_entropy import RankFrequencies
from keras_entropy import RankMap
from keras_entropy.layers import contract_test as contract
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy

CASES = [
    (BinnedFrequencies, {"bins": 3, "min_count": 5}),
    (RankFrequencies, {"ranks": 3, "bins": 2, "min_count": 5}),
    (RankMap, {"ranks": 2}),
    (PairFrequencies, {"min_count": 5}),
]
LAYERS = [cls for cls, _ in CASES]


def reference(n=400, classes=5, seed=0):
    """Answers and labels of a classifier that is sure of itself too often."""
    random = np.random.default_rng(seed)
    truth = random.dirichlet(np.full(classes, 0.4), n)
    labels = np.array([random.choice(classes, p=row) for row in truth])
    outputs = truth**2 + 1e-6
    return (outputs / outputs.sum(axis=-1, keepdims=True)).astype("float32"), labels


@pytest.mark.parametrize(("cls", "kwargs"), CASES)
def test_contract(cls, kwargs, tmp_path):
    rows = example_rows(5)

    def make(**extra):
        return cls(**kwargs, **extra).fit(*reference())

    contract.check_config(cls, kwargs)
    contract.check_shapes_and_dtypes(make, rows)
    contract.check_modes(make, rows, tmp_path, 1e-6)
    contract.check_nan(make, rows)
    contract.check_mask(make, rows)
    contract.check_training(make, 5)


@pytest.mark.parametrize("cls", LAYERS)
def test_an_unfitted_layer_tells_nothing_and_is_refused(cls):
    layer = cls()
    np.testing.assert_allclose(to_numpy(layer(example_rows(5))), 0.2, atol=1e-7)
    assert not layer.fitted
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(5, activation="softmax")]
    )
    with pytest.raises(ValueError, match=r"must be fitted.*fit\("):
        keras_entropy.defend(model, cls())
    keras_entropy.defend(model, cls().fit(*reference()))


@pytest.mark.parametrize("cls", LAYERS)
def test_a_loaded_layer_is_fitted(cls, tmp_path):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, cls().fit(*reference())(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].fitted


@pytest.mark.parametrize("cls", LAYERS)
def test_a_clone_is_fitted_once_it_has_the_weights(cls):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, cls().fit(*reference())(inputs))
    clone = keras.models.clone_model(model)
    assert not clone.layers[-1].fitted
    clone.set_weights(model.get_weights())
    assert clone.layers[-1].fitted


class Threshold(FittedDefense):
    """Somebody's own layer, which keeps its numbers in an order of its own."""

    def build(self, input_shape):
        super().build(input_shape)
        add = functools.partial(self.add_weight, initializer="zeros", trainable=False)
        self.table = add(shape=(2, self.built_classes), name="table")
        self.edge = add(shape=(1,), name="edge")

    def call(self, inputs):
        above = keras.ops.max(inputs, axis=-1) > self.edge[0]
        row = keras.ops.take(self.table, keras.ops.cast(above, "int32"), axis=0)
        return keras.ops.softmax(row)

    def values(self, outputs, labels):
        edge = np.median(outputs.max(axis=-1))
        above = outputs.max(axis=-1) > edge
        rows = [np.log(outputs[above == side].mean(axis=0)) for side in (False, True)]
        return [np.stack(rows), np.array([edge])]


def test_a_layer_is_fitted_whichever_of_its_numbers_come_last():
    layer = Threshold()
    assert not layer.fitted
    layer.build((None, 5))
    assert not layer.fitted
    assert layer.fit(*reference()).fitted


@pytest.mark.parametrize("cls", LAYERS)
def test_the_fit_is_no_training_weight(cls):
    layer = cls().fit(*reference())
    assert layer.trainable_variables == []
    assert layer.non_trainable_variables


@pytest.mark.parametrize("cls", LAYERS)
def test_the_model_s_argmax_leads_alone(cls):
    outputs, labels = reference()
    # Labels at random: the frequencies alone would not let the model's class lead.
    labels = np.random.default_rng(1).permutation(labels)
    rows, _ = reference(seed=2)
    out = to_numpy(cls().fit(outputs, labels)(rows))
    largest = np.sort(out, axis=-1)
    np.testing.assert_array_equal(out.argmax(-1), rows.argmax(-1))
    assert (largest[:, -1] > largest[:, -2]).all()


@pytest.mark.parametrize("cls", LAYERS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p, y: (p, y[:-1]), r"labels \(399,\)"),
        (lambda p, y: (p[:0], y[:0]), "n at least 1"),
        (lambda p, y: (np.log(p), y), "must be class probabilities"),
        (lambda p, y: (p * np.nan, y), "NaN or infinity in 400 of 400 examples"),
        (lambda p, y: (p, y + 1), r"integers from 0 to 4.*=5"),
        (lambda p, y: (p, y + 0.5), "integers from 0 to 4"),
    ],
)
def test_bad_reference_examples_are_refused(cls, change, message):
    with pytest.raises(ValueError, match=message):
        cls().fit(*change(*reference()))


@pytest.mark.parametrize("cls", LAYERS)
def test_a_fit_to_other_classes_is_refused(cls):
    layer = cls()
    layer.build((None, 4))
    with pytest.raises(ValueError, match=r"layer's 4 classes.*\(400, 5\)"):
        layer.fit(*reference())


@pytest.mark.parametrize("cls", [BinnedFrequencies, RankFrequencies])
def test_too_few_reference_examples_are_refused(cls):
    with pytest.raises(ValueError, match=r"smaller `min_count`.*9 examples, min_count"):
        cls().fit(*reference(9))


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (BinnedFrequencies, "bins"),
        (BinnedFrequencies, "min_count"),
        (RankFrequencies, "ranks"),
        (RankFrequencies, "bins"),
        (RankFrequencies, "min_count"),
        (RankMap, "ranks"),
    ],
)
@pytest.mark.parametrize("value", [0, 2.0, True])
def test_what_is_no_count_is_refused(cls, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer.*={value}"):
        cls(**{name: value})
