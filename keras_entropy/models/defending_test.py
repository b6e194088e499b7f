import keras
import numpy as np
import pytest
import scipy.special

from keras_entropy import LinearHead
from keras_entropy import SplineSmoothing
from keras_entropy import TaylorSoftmax
from keras_entropy import TemperatureScaling
from keras_entropy import defend
from keras_entropy import strip
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.models.defending import logits_of
from keras_entropy.models.defending import probabilities_of

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")


def classifier(activation="softmax", classes=3, **kwargs):
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5, activation="tanh"),
            keras.layers.Dense(classes, activation=activation, **kwargs),
        ]
    )


def separate_softmax():
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3), keras.layers.Softmax()]
    )


def separate_activation():
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3), keras.layers.Activation("softmax")]
    )


def softmax_operation():
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.ops.softmax(keras.layers.Dense(3)(inputs)))


def nested():
    inputs = keras.Input((4,))
    return keras.Model(inputs, classifier()(keras.layers.Dense(4)(inputs)))


def in_another_precision():
    # The usual ending under a mixed policy.
    hidden = keras.layers.Dense(3, dtype="mixed_float16")
    outputs = keras.layers.Activation("linear", dtype="float32")
    inputs = keras.Input((4,))
    logits = outputs(hidden(inputs))
    return keras.Model(inputs, keras.layers.Softmax(dtype="float32")(logits))


def float32_after_softmax():
    inputs = keras.Input((4,))
    softmax = keras.layers.Dense(3, activation="softmax")(inputs)
    return keras.Model(inputs, keras.layers.Activation("linear")(softmax))


ENDINGS = [
    classifier,
    separate_softmax,
    separate_activation,
    softmax_operation,
    nested,
    in_another_precision,
    float32_after_softmax,
]


@pytest.mark.parametrize("make", ENDINGS)
def test_transform_comes_after_the_softmax(make):
    model = make()
    expected = to_numpy(TemperatureScaling(3.0)(model(X)))
    out = to_numpy(defend(model, TemperatureScaling(3.0))(X))
    np.testing.assert_allclose(out, expected, atol=1e-6)


@pytest.mark.parametrize("make", ENDINGS)
def test_head_takes_the_softmaxs_place(make):
    model = make()
    head = LinearHead(bias_initializer=keras.initializers.Constant([1.0, 0.0, -1.0]))
    logits = np.log(to_numpy(model(X)).astype("float64"))
    expected = scipy.special.softmax(logits + np.array([1, 0, -1]), axis=-1)
    np.testing.assert_allclose(to_numpy(defend(model, head)(X)), expected, atol=2e-4)


def test_logits_get_a_softmax():
    model = classifier(None)
    expected = to_numpy(TemperatureScaling()(keras.ops.softmax(model(X))))
    defended = defend(model, TemperatureScaling(), from_logits=True)
    np.testing.assert_allclose(to_numpy(defended(X)), expected, atol=1e-6)
    head = defend(model, LinearHead(), from_logits=True)
    expected = to_numpy(keras.ops.softmax(model(X)))
    np.testing.assert_allclose(to_numpy(head(X)), expected, atol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
def test_one_sigmoid_unit_becomes_two_classes(from_logits):
    model = classifier(None if from_logits else "sigmoid", classes=1)
    out = to_numpy(model(X)).astype("float64")
    second = scipy.special.expit(out) if from_logits else out
    expected = np.concatenate([1 - second, second], axis=1)
    for layer in (TemperatureScaling(1.0), LinearHead()):
        defended = defend(model, layer, from_logits=from_logits)
        np.testing.assert_allclose(to_numpy(defended(X)), expected, atol=1e-6)


def test_layers_act_in_order_and_defenses_can_be_appended_to():
    model = classifier(classes=5)
    p = model(X)
    expected = to_numpy(SplineSmoothing()(TemperatureScaling(3.0)(p)))
    both = defend(model, TemperatureScaling(3.0), SplineSmoothing())
    np.testing.assert_allclose(to_numpy(both(X)), expected, atol=1e-6)
    one_by_one = defend(defend(model, TemperatureScaling(3.0)), SplineSmoothing())
    np.testing.assert_allclose(to_numpy(one_by_one(X)), expected, atol=1e-6)


@pytest.mark.parametrize("cls", [TemperatureScaling, LinearHead])
def test_the_given_model_stays_as_it_was(cls):
    model = classifier()
    model.compile("sgd", "sparse_categorical_crossentropy")
    config, before = model.get_config(), to_numpy(model(X))
    defend(model, cls())
    assert model.get_config() == config
    assert model.compiled
    np.testing.assert_array_equal(to_numpy(model(X)), before)


def test_predict_is_defended_although_the_base_has_predicted():
    # A layer added to a model that has predicted would be left out of its graph.
    model = classifier()
    base = model.predict(X, verbose=0)
    layer = TemperatureScaling(5.0)
    out = defend(model, layer).predict(X, verbose=0)
    np.testing.assert_allclose(out, to_numpy(layer(base)), atol=1e-6)
    np.testing.assert_array_equal(model.predict(X, verbose=0), base)


def test_weights_are_shared_but_not_those_of_a_fused_softmax():
    model = classifier()
    defended = defend(model, LinearHead())
    assert defended.layers[1] is model.layers[0]
    assert model.layers[1] not in defended.layers


def test_frozen_stays_frozen_in_the_copy():
    model = classifier()
    model.layers[1].trainable = False
    defended = defend(model, LinearHead())
    assert [layer.trainable for layer in defended.layers[1:]] == [True, False, True]


def test_other_structures_of_inputs_stay():
    inputs = {"a": keras.Input((4,), name="a"), "b": keras.Input((4,), name="b")}
    total = keras.layers.Add()(list(inputs.values()))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(total))
    batch = {"a": X, "b": X}
    defended = defend(model, TemperatureScaling(1.0))
    np.testing.assert_allclose(
        to_numpy(defended(batch)), to_numpy(model(batch)), atol=1e-6
    )


def test_a_custom_ending_is_judged_by_its_rows():
    @keras.saving.register_keras_serializable("attach_test")
    class Ending(keras.layers.Layer):
        def __init__(self, scale=1.0, **kwargs):
            super().__init__(**kwargs)
            self.scale = scale

        def call(self, inputs):
            return self.scale * keras.ops.softmax(inputs, axis=-1)

    def model(scale):
        return keras.Sequential([keras.Input((4,)), Ending(scale)])

    out = defend(model(1.0), TemperatureScaling(1.0))(X)
    np.testing.assert_allclose(to_numpy(out), scipy.special.softmax(X, -1), atol=1e-6)
    with pytest.raises(ValueError, match="must end in class probabilities"):
        defend(model(2.0), TemperatureScaling())
    with pytest.raises(ValueError, match="must end in class probabilities"):
        defend(model(1.0), LinearHead())


def test_probabilities_of_is_the_undefended_model():
    model = classifier(None)
    out = probabilities_of(model, from_logits=True)(X)
    expected = to_numpy(keras.ops.softmax(model(X)))
    np.testing.assert_allclose(to_numpy(out), expected, atol=1e-6)
    sigmoid = classifier("sigmoid", classes=1)
    second = to_numpy(probabilities_of(sigmoid)(X))[:, 1:]
    np.testing.assert_array_equal(second, to_numpy(sigmoid(X)))
    model = classifier()
    out = to_numpy(probabilities_of(model)(X))
    np.testing.assert_array_equal(out, to_numpy(model(X)))


@pytest.mark.parametrize("make", ENDINGS)
def test_logits_of_is_what_the_softmax_is_fed(make):
    model = make()
    out = keras.ops.softmax(logits_of(model)(X))
    np.testing.assert_allclose(to_numpy(out), to_numpy(model(X)), atol=2e-4)


def test_logits_of_logits_and_of_one_sigmoid_unit():
    model = classifier(None)
    out = logits_of(model, from_logits=True)(X)
    np.testing.assert_array_equal(to_numpy(out), to_numpy(model(X)))
    sigmoid = classifier("sigmoid", classes=1)
    out = keras.ops.softmax(logits_of(sigmoid)(X))[:, 1:]
    np.testing.assert_allclose(to_numpy(out), to_numpy(sigmoid(X)), atol=1e-6)


@pytest.mark.parametrize("make", ENDINGS)
@pytest.mark.parametrize("cls", [TaylorSoftmax, LinearHead])
@pytest.mark.parametrize("reload", [False, True])
def test_strip_undoes_defend(make, cls, reload, tmp_path):
    model = make()
    defended = defend(model, cls())
    if reload:
        defended.save(tmp_path / "model.keras")
        defended = keras.models.load_model(tmp_path / "model.keras")
    out = to_numpy(strip(defended)(X))
    np.testing.assert_allclose(out, to_numpy(model(X)), atol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("cls", [TemperatureScaling, LinearHead])
def test_strip_gives_the_sigmoid_unit_back(cls, from_logits):
    model = classifier(None if from_logits else "sigmoid", classes=1)
    stripped = strip(defend(model, cls(), from_logits=from_logits))
    expected = to_numpy(model(X))
    if from_logits and cls is LinearHead:
        expected = scipy.special.expit(expected)
    assert tuple(stripped.outputs[0].shape) == (None, 1)
    np.testing.assert_allclose(to_numpy(stripped(X)), expected, atol=1e-6)


def test_strip_removes_all_defenses_and_the_result_can_be_defended_again():
    model = classifier(classes=5)
    defended = defend(model, LinearHead(), SplineSmoothing(), TemperatureScaling())
    again = defend(strip(defended), LinearHead())
    np.testing.assert_allclose(to_numpy(again(X)), to_numpy(model(X)), atol=1e-6)


def test_strip_of_an_undefended_model_is_refused():
    with pytest.raises(ValueError, match=r"must end in a defense.*ends in 'dense"):
        strip(classifier())
