import keras
import numpy as np
import pytest
import scipy.special

from keras_entropy import LinearHead
from keras_entropy import QuadraticHead
from keras_entropy import TemperatureScaling
from keras_entropy.models.defending import logits_of
from keras_entropy.shadow import Stack
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.shadow.stack import variables_of
from keras_entropy.training.frozen_backbone import FrozenBackbone
from keras_entropy.training.recipe import TrainingData
from keras_entropy.training.recipes_test import X
from keras_entropy.training.recipes_test import Y
from keras_entropy.training.recipes_test import classifier
from keras_entropy.training.recipes_test import loss_of
from keras_entropy.training.surrogate import Surrogate

MODELS = 2
DATA = TrainingData(
    x=X,
    y=Y,
    rows=np.tile(np.arange(len(X)), (MODELS, 1)),
    seeds=[3, 4],
    epochs=1,
    batch_size=32,
)


def undefended():
    """Models that make mistakes, so that argmax and labels differ."""
    model = classifier()
    return model, initialize(model, DATA.seeds)


def logits_before(model, stack):
    """What the softmax of the undefended models is fed."""
    logits = logits_of(model)
    backbone = Stack(variables_of(logits), stack.values(model))
    return predict(logits, backbone, X).astype("float64")


def features_of(head, inputs):
    terms = [inputs] if head is LinearHead else [inputs, inputs**2]
    return np.hstack([*terms, np.ones((len(inputs), 1))])


def head_values(head, defended, trained, inputs):
    """The values that the fitted heads give for inputs of their own, by NumPy."""
    kernels, biases = trained.values(defended)[-2:]
    weights = np.concatenate([kernels, biases[:, None]], axis=1)
    return [features_of(head, z) @ w for z, w in zip(inputs, weights, strict=True)]


@pytest.mark.parametrize("head", [LinearHead, QuadraticHead])
@pytest.mark.parametrize("fit_on", ["logits", "softmax"])
def test_logits_as_target_is_least_squares(head, fit_on):
    model, stack = undefended()
    recipe = Surrogate("logits", fit_on, epochs=300, learning_rate=0.05)
    defended, trained = recipe(head(), model, stack, DATA)
    logits = logits_before(model, stack)
    inputs = scipy.special.softmax(logits, -1) if fit_on == "softmax" else logits
    fitted = head_values(head, defended, trained, inputs)
    for k in range(MODELS):
        best, *_ = np.linalg.lstsq(features_of(head, inputs[k]), logits[k], rcond=None)
        optimum = features_of(head, inputs[k]) @ best
        reached = np.mean((fitted[k] - logits[k]) ** 2)
        variance = logits[k].var()
        assert reached <= np.mean((optimum - logits[k]) ** 2) + 0.05 * variance


@pytest.mark.parametrize("head", [LinearHead, QuadraticHead])
def test_the_studys_mismatch_is_what_it_is(head):
    # Fitted on probabilities, fed logits: the answers change. On logits they don't.
    model, stack = undefended()
    before = predict(model, stack, X)
    change = {}
    for fit_on in ("logits", "softmax"):
        recipe = Surrogate("logits", fit_on, epochs=300, learning_rate=0.05)
        after = predict(*recipe(head(), model, stack, DATA), X)
        change[fit_on] = np.abs(after - before).mean()
    assert change["logits"] < 0.3 * change["softmax"]


@pytest.mark.parametrize("target", ["argmax", "labels"])
def test_cross_entropy_towards_argmax_or_labels(target):
    model, stack = undefended()
    recipe = Surrogate(target, epochs=100, learning_rate=0.05)
    after = predict(*recipe(LinearHead(), model, stack, DATA), X)
    said = predict(model, stack, X).argmax(axis=-1)
    wanted, other = (said, Y) if target == "argmax" else (Y, said)
    assert (after.argmax(-1) == wanted).mean() > 0.8
    assert (after.argmax(-1) == wanted).mean() > (after.argmax(-1) == other).mean()


def test_the_backbone_changes_only_if_it_is_refined():
    model, stack = undefended()
    done = []
    alone = Surrogate("labels", epochs=20)
    refined = Surrogate(
        "labels",
        refine="crossentropy",
        epochs=20,
        refine_epochs=20,
        refine_learning_rate=0.01,
    )
    head_only, kept = alone(LinearHead(), model, stack, DATA)
    whole, moved = refined(LinearHead(), model, stack, DATA, progress=done.append)
    assert sum(done) == refined.model_epochs(DATA) == 40 * MODELS
    before = stack.values(model)[0]
    np.testing.assert_array_equal(kept.values(head_only)[0], before)
    assert np.abs(moved.values(whole)[0] - before).max() > 0.01
    better = loss_of(predict(whole, moved, X)) < loss_of(predict(head_only, kept, X))
    assert better.all()


def test_mse_is_on_the_values_and_not_on_the_probabilities():
    model, stack = undefended()
    recipe = FrozenBackbone("mse", epochs=300, learning_rate=0.05)
    defended, trained = recipe(LinearHead(), model, stack, DATA)
    logits = logits_before(model, stack)
    fitted = head_values(LinearHead, defended, trained, logits)
    one_hot = np.eye(3)[Y]
    for k in range(MODELS):
        features = features_of(LinearHead, logits[k])
        optimum = features @ np.linalg.lstsq(features, one_hot, rcond=None)[0]
        reached = np.mean((fitted[k] - one_hot) ** 2)
        assert reached <= np.mean((optimum - one_hot) ** 2) + 0.005
    # So the softmax of values in [0, 1] stays close to uniform.
    assert predict(defended, trained, X).max() < 0.75


def linear_network(weights, x):
    for kernel, bias in zip(weights[0::2], weights[1::2], strict=True):
        x = x @ kernel + bias
    return scipy.special.softmax(x, axis=-1)


@pytest.mark.parametrize("head", [LinearHead, QuadraticHead])
@pytest.mark.parametrize(
    "recipe",
    [
        Surrogate("labels", epochs=5, as_published=True),
        Surrogate("logits", refine="mse", epochs=5, refine_epochs=5, as_published=True),
        FrozenBackbone(epochs=5, as_published=True),
    ],
    ids=["surrogate", "refined", "frozen"],
)
def test_as_published_the_whole_model_is_one_linear_map(head, recipe):
    model, stack = undefended()
    defended, trained = recipe(head(), model, stack, DATA)
    assert type(defended.layers[-1]) is LinearHead
    out = predict(defended, trained, X)
    for k in range(MODELS):
        trained.assign_to(defended, k)
        expected = linear_network(defended.get_weights(), X)
        np.testing.assert_allclose(out[k], expected, atol=1e-5)
    assert model.layers[0].activation is keras.activations.relu


def test_as_published_chains_the_two_matrices():
    model, stack = undefended()
    plain = Surrogate("logits", "softmax", epochs=5)
    defended, trained = plain(QuadraticHead(), model, stack, DATA)
    kernel, bias = trained.values(defended)[-2:]
    published = Surrogate("logits", epochs=5, as_published=True)
    chained, result = published(QuadraticHead(), model, stack, DATA)
    matrix, constant = result.values(chained)[-2:]
    for k in range(MODELS):
        np.testing.assert_allclose(matrix[k], kernel[k, :3] @ kernel[k, 3:], atol=1e-5)
    np.testing.assert_allclose(constant, bias, atol=1e-6)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"target": "softmax"}, "`target` must be one of.*target='softmax'"),
        ({"target": "logits", "fit_on": "p"}, "`fit_on` must be one of.*fit_on='p'"),
        ({"target": "logits", "refine": "l1"}, "`refine` must be one of.*refine='l1'"),
    ],
)
def test_unknown_words_are_refused_and_the_known_listed(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Surrogate(**kwargs)


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match=r"'crossentropy', 'mse'.*loss='l1'"):
        FrozenBackbone("l1")


@pytest.mark.parametrize("recipe", [Surrogate("labels"), FrozenBackbone()])
def test_a_layer_that_is_no_head_is_refused(recipe):
    model, stack = undefended()
    with pytest.raises(TypeError, match="`layer` must be a head"):
        recipe(TemperatureScaling(), model, stack, DATA)
