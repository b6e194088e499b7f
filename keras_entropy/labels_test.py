"""Labels are read alike, in every form that they come in, wherever they are given."""

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy import catalog
from keras_entropy import queries
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.label_signals import label_signals
from keras_entropy.labels import class_indices
from keras_entropy.search import recommending
from keras_entropy.training.temperature_calibration import fit_temperature

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 2, 200)
LOGITS = RNG.normal(size=(8, 200, 2)) + 2 * np.eye(2)[LABELS]
OUTPUTS = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=-1, keepdims=True)
PLAN = np.repeat([[True, False], [False, True]] * 4, 100, axis=1)
X = RNG.normal(size=(200, 3)).astype("float32")
FORMS = {
    "column": LABELS[:, None],
    "one-hot": np.eye(2)[LABELS],
    "one-hot booleans": np.eye(2, dtype=bool)[LABELS],
    "booleans": LABELS.astype(bool),
    "a column of booleans": LABELS[:, None].astype(bool),
    "floats": LABELS.astype("float32"),
    "a column of floats": LABELS[:, None].astype("float16"),
    "bytes": LABELS.astype("uint8"),
    "a list": LABELS.tolist(),
}


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Dense(2, "softmax")(inputs))


def _fit(labels):
    layer = keras_entropy.BinnedFrequencies(1).fit(OUTPUTS[0], labels)
    return layer.get_weights()


def _built(labels, model):
    built = catalog.build("binned-1", model, reference=(X, labels))
    return built.layers[-1].get_weights()


CALLS = {
    "audit_outputs": lambda y, model: [
        audit_outputs(
            OUTPUTS[0], y, OUTPUTS[1], LABELS, attacks=("loss", "label_only")
        ).auc
    ],
    "audit_game": lambda y, model: [audit_game(OUTPUTS, y, PLAN, attacks="loss").auc],
    "attack_scores": lambda y, model: [
        attack_scores((OUTPUTS[0], OUTPUTS[1]), (y, y), ["loss"])["loss"].values
    ],
    "label_signals": lambda y, model: label_signals(OUTPUTS, y),
    "ask": lambda y, model: [
        queries.ask(
            queries.families_for(X, y, reference=(X + 1, y)),
            X,
            y,
            8,
            lambda x: np.stack([x[:, :2], -x[:, :2]]),
            from_logits=True,
        ).confidence["lines"]
    ],
    "fit": lambda y, model: _fit(y),
    "build": _built,
    "recommend": lambda y, model: [
        recommending._examples((X, LABELS), (X, y), model)[2][1]
    ],
    "fit_temperature": lambda y, model: [
        fit_temperature(model, X, y).layers[-1].temperature
    ],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("call", CALLS)
def test_labels_of_every_form_mean_the_same(call, form, model):
    expected, found = (CALLS[call](y, model) for y in (LABELS, FORMS[form]))
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "wrong",
    [
        LABELS + 0.5,
        np.where(LABELS, np.nan, 0.0),
        LABELS + 1,
        LABELS - 1,
        np.full((200, 2), 0.5),
        np.ones((200, 2), int),
        np.eye(3)[LABELS][:, None],
        LABELS.astype(str),
        LABELS[:-1],
    ],
    ids=["half", "nan", "above", "below", "soft", "both", "3d", "text", "short"],
)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_class_is_refused_everywhere(call, wrong, model):
    with pytest.raises(ValueError, match="Received:"):
        CALLS[call](wrong, model)


def test_advice_makes_no_wrong_audit():
    with pytest.raises(ValueError, match="member_labels") as refused:
        audit_outputs(OUTPUTS[0], OUTPUTS[0], OUTPUTS[1], LABELS)
    assert "argmax" not in str(refused.value)
    assert "no soft label" in str(refused.value)


@pytest.mark.parametrize(
    "labels", [[0, 2, 1], [[0], [2], [1]], [0.0, 2.0, 1.0], np.eye(3)[[0, 2, 1]]]
)
def test_class_indices(labels):
    indices = class_indices(labels, 3)
    assert indices.dtype == "int64"
    np.testing.assert_array_equal(indices, [0, 2, 1])


@pytest.mark.parametrize("labels", [[0, 3], [0, -1], [0, 0.5], [0, np.nan]])
def test_labels_out_of_range(labels):
    with pytest.raises(ValueError, match=r"from 0 to 2.*y\[1\]="):
        class_indices(labels, 3)


@pytest.mark.parametrize("labels", [np.zeros((4, 2)), np.zeros((4, 3, 1)), 1])
def test_labels_of_another_shape(labels):
    with pytest.raises(ValueError, match=r"\(N, 3\)\. Received: y of shape"):
        class_indices(labels, 3)


def test_labels_that_are_names():
    with pytest.raises(ValueError, match=r"numbers. Received: y of dtype <U3"):
        class_indices(["cat", "dog"], 3)


def test_rows_that_are_neither_one_hot_nor_indices():
    with pytest.raises(ValueError, match=r"one-hot rows.*y\[0\]=\[0.2 0.7 0.1\]"):
        class_indices([[0.2, 0.7, 0.1], [0.0, 1.0, 0.0]], 3)


@pytest.mark.parametrize("labels", [[0, 3], [1, -1], [1, 0.5], [0, np.inf]])
def test_classes_need_not_be_known(labels):
    if labels == [0, 3]:
        np.testing.assert_array_equal(class_indices(labels), labels)
        np.testing.assert_array_equal(class_indices(np.eye(7)[labels]), labels)
        return
    with pytest.raises(ValueError, match=r"0, 1, 2, \.\.\..*y\[1\]="):
        class_indices(labels)


def test_labels_are_copied():
    labels = np.arange(3)
    class_indices(labels, 3)[0] = 2
    assert labels[0] == 0
