import re

import keras
import numpy as np
import pytest
from keras import ops

from keras_entropy.queries.given_neighbors import given_neighbors

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype("float32")
Y = np.arange(50) % 2


def noisy(x, seed):
    noise = np.random.default_rng(seed).normal(size=x.shape)
    return (x + noise).astype(x.dtype)


def test_a_function_is_asked_with_a_seed_of_each_question():
    seeds = []

    def noted(x, seed):
        seeds.append(seed)
        return noisy(x, seed)

    family = given_neighbors(noted, X, Y)
    assert (family.name, family.most) == ("given", None)
    seeds.clear()
    one, other = family.questions(X, Y, 2)
    np.testing.assert_array_equal(one, noisy(X, seeds[0]))
    assert len(set(seeds)) == 2
    assert all(type(seed) is int and 0 <= seed < 2**31 for seed in seeds)
    assert not np.array_equal(one, other)
    again = given_neighbors(noisy, X, Y).question(X, Y, 1)
    np.testing.assert_array_equal(other, again)
    assert not np.array_equal(
        other, given_neighbors(noisy, X, Y, seed=1).question(X, Y, 1)
    )


def test_a_function_that_works_in_place_does_not_change_the_examples():
    def in_place(x, seed):
        x += np.random.default_rng(seed).normal(size=x.shape)
        return x

    before = X.copy()
    question = given_neighbors(in_place, X, Y).question(X, Y, 0)
    np.testing.assert_array_equal(X, before)
    assert not np.array_equal(question, X)


def test_tensors_are_taken():
    def tensor(x, seed):
        return keras.ops.add(x, keras.random.normal(x.shape, seed=seed))

    question = given_neighbors(tensor, X, Y).question(X, Y, 0)
    assert isinstance(question, np.ndarray)
    assert question.dtype == "float32"


def test_a_layer_is_called_as_in_training_and_left_as_it_was():
    normalization = keras.layers.BatchNormalization()
    layer = keras.Sequential([normalization, keras.layers.GaussianNoise(0.5, seed=3)])
    layer.build((None, 4))
    state = [
        ops.convert_to_numpy(variable.value).copy() for variable in layer.variables
    ]
    one, other, again = (
        given_neighbors(layer, X, Y).question(X, Y, number) for number in (0, 1, 0)
    )
    assert (one - other).std() == pytest.approx(0.5 * 2**0.5, rel=0.2)
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(one, again)
    for variable, value in zip(layer.variables, state, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(variable.value), value)


@pytest.mark.parametrize("dtype", ["float64", "float16", "uint8"])
def test_what_a_layer_makes_is_put_into_the_examples_type(dtype):
    images = (RNG.random((40, 6, 6, 3)) * 255).astype(dtype)
    layer = keras.Sequential([keras.layers.RandomBrightness(0.5)])
    question = given_neighbors(layer, images, Y[:40]).question(images, Y[:40], 0)
    assert question.dtype == dtype
    assert question.min() >= 0
    assert question.max() <= 255


def test_names_are_looked_up(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "import numpy\ndef f(x, seed):\n"
        "    return x[:, ::-1] * numpy.float32(seed % 97 + 2)\n"
    )
    family = given_neighbors(f"{path}:f", X, Y)
    assert family.question(X, Y, 0).shape == X.shape


def fails(x, seed):
    raise KeyError("no such thing")


@pytest.mark.parametrize(
    ("neighbors", "kind", "message"),
    [
        (
            lambda x, seed: x[:, :2],
            ValueError,
            "neighbors of the shape of the examples",
        ),
        (lambda x, seed: x[:5], ValueError, r"Received: shape \(5, 4\)"),
        (lambda x, seed: x + np.ones(4), TypeError, "dtype float64 for"),
        (lambda x, seed: x / 0 * 0, ValueError, "NaN or infinity in .*: rows? 0"),
        (lambda x, seed: None, TypeError, "Received: None"),
        (fails, ValueError, "Received: KeyError: 'no such thing', for 32 examples"),
        (lambda x: x, ValueError, "take examples and a seed.*TypeError"),
        (lambda x, seed: x, ValueError, "asks the same question again"),
        (
            lambda x, seed: x + RNG.normal(size=4).astype("f4"),
            ValueError,
            "from its seed",
        ),
        (keras.layers.RandomFlip, TypeError, r"make one, `RandomFlip\(\.\.\.\)`"),
        (3, TypeError, "Received: 3 of type int"),
        ("mine", ValueError, "Expected MODULE:NAME"),
        (keras.layers.Dense(2), ValueError, r"Received: shape \(32, 2\)"),
        (keras.layers.Identity(), ValueError, "asks the same question again"),
        (keras.layers.Conv2D(1, 1), ValueError, "Received: ValueError"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_makes_no_neighbors_is_refused_before_anything_is_asked(
    neighbors, kind, message
):
    with pytest.raises(kind, match=re.compile(message, re.DOTALL)):
        given_neighbors(neighbors, X, Y)


def test_one_neighbor_for_all_seeds_is_told():
    with pytest.warns(UserWarning, match="the same question is asked again and again"):
        given_neighbors(lambda x, seed: x[:, ::-1], X, Y)
