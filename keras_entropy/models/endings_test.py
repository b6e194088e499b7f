import keras
import numpy as np
import pytest
from keras import ops

from keras_entropy import LinearHead
from keras_entropy import TemperatureScaling
from keras_entropy import defend
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.models import endings
from keras_entropy.models.defending import logits_of
from keras_entropy.models.endings import ending_of

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


def two_outputs():
    """Probabilities, and logits of its own weights."""
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(8, activation="relu")(inputs)
    probabilities = keras.layers.Dense(3, activation="softmax")(hidden)
    return keras.Model(inputs, [probabilities, keras.layers.Dense(3)(hidden)])


def output_of(inner, index):
    inputs = keras.Input((4,))
    return keras.Model(inputs, inner(inputs)[index])


class Softmax(keras.layers.Layer):
    """Somebody's own layer of a name that Keras uses, and no softmax."""

    def call(self, inputs):
        return 2 * inputs


def model_of(*functions):
    inputs = outputs = keras.Input((4,))
    for function in functions:
        outputs = function(outputs)
    return keras.Model(inputs, outputs)


KINDS = {
    "softmax layer": (model_of(keras.layers.Softmax()), endings.SoftmaxEnding),
    "softmax in Dense": (
        model_of(keras.layers.Dense(3, activation="softmax")),
        endings.SoftmaxEnding,
    ),
    "softmax operation": (model_of(ops.softmax), endings.SoftmaxEnding),
    "softmax, handed on": (
        model_of(ops.softmax, keras.layers.Identity()),
        endings.SoftmaxEnding,
    ),
    "softmax in a model": (
        model_of(model_of(keras.layers.Softmax())),
        endings.SoftmaxEnding,
    ),
    "first output of a model": (output_of(two_outputs(), 0), endings.SoftmaxEnding),
    "second output of a model": (output_of(two_outputs(), 1), endings.OtherEnding),
    "second output of a model in a model": (
        model_of(output_of(two_outputs(), 1)),
        endings.OtherEnding,
    ),
    "sigmoid operation": (
        model_of(keras.layers.Dense(1), ops.sigmoid),
        endings.SigmoidEnding,
    ),
    "sigmoid in Dense": (
        model_of(keras.layers.Dense(3, activation="sigmoid")),
        endings.SigmoidEnding,
    ),
    "defense": (
        defend(model_of(keras.layers.Softmax()), TemperatureScaling()),
        endings.DefenseEnding,
    ),
    "another operation": (model_of(ops.log_softmax), endings.UnknownEnding),
    "another activation": (
        model_of(keras.layers.Dense(3, activation="relu")),
        endings.OtherEnding,
    ),
    "own layer": (model_of(Softmax()), endings.UnknownEnding),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_kind_of_an_ending(name):
    model, kind = KINDS[name]
    assert type(ending_of(model, from_logits=False)) is kind
    if not kind.holds_probabilities:
        assert type(ending_of(model, from_logits=True)) is endings.LogitsEnding
    else:
        with pytest.raises(ValueError, match="Leave `from_logits` out"):
            ending_of(model, from_logits=True)


@pytest.mark.parametrize(
    ("model", "from_logits"),
    [
        (model_of(ops.softmax), False),
        (model_of(keras.layers.Dense(3, activation="softmax")), False),
        (model_of(keras.layers.Dense(1, activation="sigmoid")), False),
        (model_of(keras.layers.Dense(1)), True),
        (model_of(keras.layers.Dense(3)), True),
    ],
)
def test_the_probabilities_are_the_softmax_of_the_logits(model, from_logits):
    ending = ending_of(model, from_logits=from_logits)
    both = keras.Model(model.input, [ending.probabilities(), ending.logits()])
    probabilities, logits = both(X)
    assert tuple(probabilities.shape)[1] >= 2
    np.testing.assert_allclose(
        to_numpy(ops.softmax(logits)), to_numpy(probabilities), atol=1e-6
    )


@pytest.mark.parametrize("name", ["another activation", "another operation"])
def test_what_is_no_distribution_is_refused(name):
    ending = ending_of(KINDS[name][0], from_logits=False)
    for ask in (ending.probabilities, ending.logits):
        with pytest.raises(ValueError, match="must end in class probabilities"):
            ask()


def test_an_unknown_number_of_classes_is_refused_by_the_layer():
    model = keras.Sequential([keras.Input((None,)), keras.layers.Softmax()])
    for layer in (TemperatureScaling(), LinearHead()):
        with pytest.raises(ValueError, match=r"static last dimension.*None"):
            defend(model, layer)


def test_the_output_of_an_inner_model_that_is_used_is_the_one_that_counts():
    inner = two_outputs()
    probabilities, logits = (to_numpy(rows) for rows in inner(X))
    scores = np.exp(logits / 2)
    second = output_of(inner, 1)
    with pytest.raises(ValueError, match="pass `from_logits=True`"):
        defend(second, TemperatureScaling(2.0))
    defended = defend(second, TemperatureScaling(2.0), from_logits=True)
    expected = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(to_numpy(defended(X)), expected, atol=1e-6)
    first = output_of(inner, 0)
    roots = np.sqrt(probabilities)
    defended = defend(first, TemperatureScaling(2.0))
    expected = roots / roots.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(to_numpy(defended(X)), expected, atol=1e-5)
    with pytest.raises(ValueError, match="ends in probabilities"):
        defend(first, TemperatureScaling(2.0), from_logits=True)
    # What a head is fed: the values before the softmax of that output.
    fed = to_numpy(logits_of(first)(X))
    ratios = np.exp(fed - fed[:, :1])
    expected = ratios / ratios.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    np.testing.assert_allclose(
        to_numpy(logits_of(second, from_logits=True)(X)), logits, atol=1e-6
    )
