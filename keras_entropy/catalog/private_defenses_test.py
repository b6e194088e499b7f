import keras
import numpy as np
import pytest

from keras_entropy import catalog
from keras_entropy import privacy

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 5)).astype("float32")
Y = RNG.integers(0, 3, 80)
REFERENCE = (RNG.normal(size=(30, 5)).astype("float32"), RNG.integers(0, 3, 30))


def network(*layers):
    model = keras.Sequential(
        [keras.Input((5,)), *layers, keras.layers.Dense(3, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.mark.filterwarnings("ignore:.*accuracy")
def test_the_guarantee_comes_back_with_the_model_and_from_its_file(tmp_path):
    model = network()
    settings = {"reference": REFERENCE, "epochs": 1, "verbose": False}
    wanted = {"epsilon": 2.0, "delta": 1e-3}
    first, second = (
        catalog.build("dp-sgd-reference", model, X, Y, **settings, **wanted)
        for _ in range(2)
    )
    found = privacy.guarantee_in(first)
    assert 1.999 < found.epsilon <= 2.0
    assert found.delta == 1e-3
    assert "reference" in str(found)
    first.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert privacy.guarantee_in(loaded) == found
    np.testing.assert_allclose(loaded.predict(X), first.predict(X), atol=1e-6)
    # A known `seed` doesn't make the noise known.
    assert (first.get_weights()[0] != second.get_weights()[0]).all()


def test_what_layers_keep_is_a_condition():
    normalization = keras.layers.Normalization(name="kept")
    normalization.adapt(X)
    recipe = catalog.table.get("dp-sgd").recipe
    assert "'kept'" in recipe.conditions_of(network(normalization))[0]
    assert recipe.conditions_of(network()) == ()


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("dp-sgd-reference", {"epsilon": 0.01}, "`epsilon` can't be reached in 100"),
        ("dp-sgd-reference", {"epsilon": -1.0}, "`epsilon` must be a positive"),
        ("dp-sgd-reference", {"delta": 2.0}, "`delta` must be"),
        ("dp-sgd-reference", {"reference": (X[:30], Y[:30])}, "no training example"),
        (
            "dp-sgd-reference",
            {"reference": (REFERENCE[0][:5], REFERENCE[1][:5])},
            "at least 20 examples",
        ),
        ("label-smoothing", {"epsilon": 1.0}, "train privately"),
    ],
)
def test_invalid_usage(name, change, message):
    arguments = {"reference": REFERENCE, "verbose": False, **change}
    with pytest.raises(ValueError, match=message):
        catalog.build(name, network(), X, Y, **arguments)
