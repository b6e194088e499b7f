"""`build` on whatever holds the examples, beside the same by hand."""

import keras
import numpy as np
import pytest

from keras_entropy import catalog
from keras_entropy.models.defending import defend

RNG = np.random.default_rng(0)
X = {
    "a": RNG.normal(size=(200, 3)).astype("float32"),
    "b": 2**40 + RNG.integers(0, 9, (200, 1)),
}
Y = RNG.integers(0, 4, 200)


def rows(x, which):
    return {name: part[which] for name, part in x.items()}


@pytest.fixture(scope="module")
def several():
    pytest.importorskip("tensorflow")  # `Hashing`
    inputs = {
        "a": keras.Input((3,), name="a"),
        "b": keras.Input((1,), dtype="int64", name="b"),
    }
    ids = keras.layers.Hashing(5, output_mode="one_hot")(inputs["b"])
    joined = keras.layers.Concatenate()([inputs["a"], ids])
    return keras.Model(inputs, keras.layers.Dense(4, "softmax")(joined))


@pytest.mark.parametrize("name", ["temperature", "binned-1", "memguard"])
def test_a_model_of_several_inputs(several, name, monkeypatch):
    monkeypatch.setenv("KERAS_ENTROPY_KEY", "0123456789abcdef")
    inside, outside = slice(100), slice(100, 200)
    built = catalog.build(
        name, several, rows(X, inside), reference=(rows(X, outside), Y[outside])
    )
    layer = catalog.get(name).create(seed=0)
    answers = several.predict(rows(X, outside), verbose=0)
    if name == "memguard":
        about = several.predict(rows(X, inside), verbose=0)
        layer.fit(answers, Y[outside], members=about)
    elif name == "binned-1":
        layer.fit(answers, Y[outside])
    expected = defend(several, layer)
    np.testing.assert_allclose(
        built.predict(rows(X, outside), verbose=0),
        expected.predict(rows(X, outside), verbose=0),
        atol=1e-5,
    )


def test_members_among_a_reference_of_several_inputs(several):
    with pytest.raises(ValueError, match="must hold no training example"):
        catalog.build("binned-1", several, X, reference=(X, Y))
    with pytest.raises(ValueError, match=r"takes the inputs a, b"):
        catalog.build("binned-1", several, reference=({"a": X["a"]}, Y))


def joined_network(inputs, first, second):
    """A network of two parts, however they are put in, that starts alike."""
    hidden = keras.layers.Dense(
        16, "relu", kernel_initializer=keras.initializers.GlorotUniform(1)
    )(keras.layers.Concatenate()([first, second]))
    outputs = keras.layers.Dense(
        4, "softmax", kernel_initializer=keras.initializers.GlorotUniform(2)
    )(hidden)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return model


@pytest.mark.filterwarnings("ignore:reference-start:UserWarning")  # of its seed
@pytest.mark.parametrize(
    "name",
    ["label-smoothing", "M-17", "mixup", "selena", "reference-start", "dp-sgd"],
)
def test_several_inputs_are_trained_on_as_one_array_that_holds_them(name):
    parts = [keras.Input((3,), name="a"), keras.Input((2, 1), name="b")]
    flat = keras.layers.Flatten()(parts[1])
    several = joined_network(dict(zip("ab", parts, strict=True)), parts[0], flat)
    one = keras.Input((5,))
    single = joined_network(one, one[:, :3], one[:, 3:])
    table = RNG.normal(size=(200, 5)).astype("float32")
    x = {"a": table[:, :3], "b": table[:, 3:, None]}
    inside, outside = slice(120), slice(120, 200)
    settings = {"epochs": 2, "verbose": False}
    needs_reference = catalog.get(name).needs_reference
    found, expected = (
        catalog.build(
            name,
            model,
            given(inside),
            Y[inside],
            reference=(given(outside), Y[outside]) if needs_reference else None,
            **settings,
        )
        for model, given in (
            (several, lambda r: rows(x, r)),
            (single, lambda r: table[r]),
        )
    )
    answers = found.predict(x, verbose=0)
    assert answers.shape == (200, 4)
    if name != "dp-sgd":  # Its noise is drawn anew each time.
        np.testing.assert_allclose(
            answers, expected.predict(table, verbose=0), atol=1e-5
        )


def test_inputs_in_another_structure_than_the_model_are_not_trained_on(several):
    inputs = [keras.Input((3,), name="a"), keras.Input((1,), name="b")]
    listed = joined_network(inputs, *inputs)
    with pytest.raises(ValueError, match=r"in the structure of the model's.*0, 1"):
        catalog.build("label-smoothing", listed, X, Y)


def test_words_are_not_mixed(several):
    with pytest.raises(ValueError, match="nothing between ids or words"):
        catalog.build("mixup", several, X, Y, verbose=False)


def test_a_dataset_trains_as_its_arrays_do():
    tf = pytest.importorskip("tensorflow")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    dataset = tf.data.Dataset.from_tensor_slices((X["a"], Y)).batch(64)
    settings = {"epochs": 1, "verbose": False}
    found, expected = (
        catalog.build("label-smoothing", model, *data, **settings)
        for data in ((dataset,), (X["a"], Y))
    )
    for a, b in zip(found.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
