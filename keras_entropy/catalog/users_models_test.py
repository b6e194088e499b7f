"""Models as users have them: the right accuracies are computed independently."""

import warnings

import keras
import numpy as np
import pytest

from keras_entropy import catalog
from keras_entropy.catalog.published_defenses import PUBLISHED_DEFENSES

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 400)
CENTRES = np.random.default_rng(98).normal(size=(2, 6))
X = (0.8 * CENTRES[Y] + RNG.normal(size=(400, 6))).astype("float32")


def sigmoid_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(X[:200], Y[:200], epochs=20, verbose=0)
    return model


@pytest.fixture(scope="module")
def model():
    return sigmoid_model()


def accuracy(model, x=X):
    answers = model.predict(x, verbose=0)
    predicted = answers.argmax(1) if answers.shape[1] > 1 else answers[:, 0] > 0.5
    return (predicted == Y[: len(x)]).mean()


@pytest.mark.parametrize("name", ["M-6", "M-13", "M-19"])
def test_heads_are_trained_for_the_epochs_that_are_given(model, name):
    own = accuracy(model, X[:200])
    assert own > 0.8
    settings = {"verbose": False, "seed": 3}
    long = catalog.build(name, model, X[:200], Y[:200], epochs=600, **settings)
    assert accuracy(long, X[:200]) == pytest.approx(own, abs=0.05)


@pytest.mark.filterwarnings("ignore:.*learns from the reference")
@pytest.mark.parametrize("name", [entry.name for entry in PUBLISHED_DEFENSES])
def test_published_trainings_take_one_sigmoid_unit(model, name):
    reference = (X[200:], Y[200:]) if catalog.get(name).needs_reference else None
    built = catalog.build(
        name, model, X[:200], Y[:200], reference=reference, epochs=30, verbose=False
    )
    assert built.output_shape == (None, 2)
    assert accuracy(built) == pytest.approx(accuracy(model), abs=0.07)


def test_a_head_that_comes_out_undertrained_is_not_passed_over(model):
    own = accuracy(model, X[:200])
    found = []
    for seed in range(6):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            built = catalog.build(
                "M-6", model, X[:200], Y[:200], epochs=1, seed=seed, verbose=False
            )
        lost = own - accuracy(built, X[:200])
        warned = any("training examples correctly" in str(w.message) for w in told)
        assert warned == (lost > 0.1)
        found.append(warned)
    assert any(found)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="IntegerLookup needs TensorFlow"
)
def test_wide_integers_reach_a_trained_defense_as_they_are():
    # Ids above 2**24, which float32 can't tell apart, are all that tells the classes.
    ids = 2**26 + 1 + 16 * RNG.permutation(400).astype("int64")
    inputs = keras.Input((1,), dtype="int64")
    hidden = keras.layers.IntegerLookup(vocabulary=np.sort(ids))(inputs)
    hidden = keras.layers.Flatten()(keras.layers.Embedding(401, 8)(hidden))
    wide = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(hidden))
    wide.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    x = ids[:, None]
    wide.fit(x[:200], Y[:200], epochs=30, verbose=0)
    built = catalog.build(
        "smoothed-binned",
        wide,
        x[:200],
        Y[:200],
        reference=(x[200:], Y[200:]),
        epochs=30,
        verbose=False,
    )
    assert accuracy(wide, x[:200]) > 0.95
    assert accuracy(built, x[:200]) > 0.95
