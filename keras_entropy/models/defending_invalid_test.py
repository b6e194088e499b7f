"""Models and layers that `defend` and `strip` refuse, each with what to do instead."""

import keras
import numpy as np
import pytest

from keras_entropy import EntropyRegularization
from keras_entropy import LinearHead
from keras_entropy import SplineSmoothing
from keras_entropy import TemperatureScaling
from keras_entropy import defend
from keras_entropy import strip
from keras_entropy.models.defending import probabilities_of


def model_of(*layers):
    return keras.Sequential([keras.Input((4,)), *layers])


def classifier(activation="softmax", classes=3):
    return model_of(keras.layers.Dense(classes, activation=activation))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3, activation="softmax")

    def call(self, inputs):
        return self.dense(inputs)


@pytest.mark.parametrize("layer", [TemperatureScaling, LinearHead])
@pytest.mark.parametrize("activation", [None, "relu", "tanh", "log_softmax"])
def test_another_ending(activation, layer):
    model = classifier(activation)
    activation = activation or "linear"
    with pytest.raises(
        ValueError,
        match=rf"(?s)pass `from_logits=True`.*activation='{activation}'.*\(None, 3\)",
    ):
        defend(model, layer())


@pytest.mark.parametrize("layer", [TemperatureScaling, LinearHead])
@pytest.mark.parametrize(
    ("activation", "classes"), [("softmax", 3), ("sigmoid", 1), ("sigmoid", 3)]
)
def test_probabilities_passed_off_as_logits(activation, classes, layer):
    with pytest.raises(ValueError, match="Leave `from_logits` out"):
        defend(classifier(activation, classes), layer(), from_logits=True)


@pytest.mark.parametrize("layer", [TemperatureScaling, LinearHead])
def test_a_layer_built_for_other_classes(layer):
    used = layer()
    defend(classifier(), used)
    with pytest.raises(ValueError, match=r"built for 3 classes.*model of 5 classes"):
        defend(classifier(classes=5), used)


@pytest.mark.parametrize("layer", [TemperatureScaling, LinearHead])
def test_several_sigmoid_units(layer):
    # Three independent labels are no distribution over three classes.
    with pytest.raises(ValueError, match=r"3 sigmoids\..*audit_labels"):
        defend(classifier("sigmoid", 3), layer())


@pytest.mark.parametrize("layer", [TemperatureScaling, LinearHead])
def test_one_softmax_unit(layer):
    # Always 1.0, whatever the logit.
    with pytest.raises(ValueError, match=r"at least 2 classes.*\(None, 1\)"):
        defend(classifier("softmax", 1), layer())


@pytest.mark.parametrize("layer", [TemperatureScaling, LinearHead])
def test_softmax_over_another_axis(layer):
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.Softmax(axis=1)])
    with pytest.raises(ValueError, match=r"activation='softmax\(axis=1\)'"):
        defend(model, layer())


def test_too_few_classes_for_the_layer():
    with pytest.raises(ValueError, match=r"at least 4 classes.*\(None, 3\)"):
        defend(classifier(), SplineSmoothing())


@pytest.mark.parametrize("act", [defend, probabilities_of, strip])
def test_a_subclassed_model_and_the_mend(act):
    model = Subclassed()
    layers = [TemperatureScaling()] if act is defend else []
    for built in (False, True):
        if built:
            model(np.zeros((1, 4)))
        with pytest.raises(ValueError, match=r"Wrap it: `inputs = keras.Input"):
            act(model, *layers)


def test_a_wrapped_subclassed_model():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, Subclassed()(inputs))
    x = np.ones((2, 4), "float32")
    out = defend(model, TemperatureScaling(1.0))(x)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(out),
        keras.ops.convert_to_numpy(model(x)),
        atol=1e-6,
    )
    with pytest.raises(ValueError, match="must end in class probabilities"):
        defend(model, LinearHead())


@pytest.mark.parametrize("act", [defend, probabilities_of, strip])
def test_several_outputs(act):
    inputs = keras.Input((4,))
    heads = [keras.layers.Dense(3, activation="softmax")(inputs) for _ in range(2)]
    layers = [TemperatureScaling()] if act is defend else []
    with pytest.raises(ValueError, match=r"one output.*Received: 2 outputs"):
        act(keras.Model(inputs, heads), *layers)


@pytest.mark.parametrize("act", [defend, probabilities_of, strip])
@pytest.mark.parametrize("model", [None, "model.keras", keras.layers.Dense(3)])
def test_no_model(act, model):
    layers = [TemperatureScaling()] if act is defend else []
    with pytest.raises(TypeError, match="`model` must be a Keras model"):
        act(model, *layers)


@pytest.mark.parametrize("layer", [keras.layers.Softmax(), TemperatureScaling, None])
def test_no_defense(layer):
    with pytest.raises(TypeError, match=r"instances of keras_entropy.Defense"):
        defend(classifier(), layer)


def test_no_layer_at_all():
    with pytest.raises(ValueError, match="at least one defense"):
        defend(classifier())


def test_a_head_that_is_not_first():
    with pytest.raises(ValueError, match="`head` expects logits, so it must be the"):
        defend(classifier(), TemperatureScaling(), LinearHead(name="head"))


def test_a_head_on_a_defended_model():
    model = defend(classifier(), EntropyRegularization())
    with pytest.raises(ValueError, match=r"strip\(model\)` first"):
        defend(model, LinearHead())


def test_names_used_twice():
    model = defend(classifier(), TemperatureScaling(name="defense"))
    with pytest.raises(ValueError, match=r"Pass `name=`.*\['defense'\]"):
        defend(model, TemperatureScaling(name="defense"))
    layer = TemperatureScaling(name="twice")
    with pytest.raises(ValueError, match=r"\['twice'\]"):
        defend(classifier(), layer, layer)
