"""Losses, endings and learning rates of users' models, and models not like them."""

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.search import recommending
from keras_entropy.search.candidates import CANDIDATES


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch):
    """What is tried takes most of the time, and has tests of its own."""
    monkeypatch.setattr(recommending, "CANDIDATES", (CANDIDATES[0], CANDIDATES[-1]))


def draw():
    rng, centres = np.random.default_rng(0), np.random.default_rng(98)
    y = rng.integers(0, 2, 400)
    x = 0.6 * centres.normal(size=(2, 6))[y] + rng.normal(size=(400, 6))
    return x.astype("float32"), y


X, Y = draw()
MEMBERS, REFERENCE = (X[:200], Y[:200]), (X[200:], Y[200:])


def own_loss(y, p):
    return -keras.ops.sum(y * keras.ops.log(p + 1e-7), axis=-1)


def trained(units, last, loss, *callbacks, epochs=30):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(48, activation="relu"),
            keras.layers.Dense(units, activation=last),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), loss)
    y = Y[:200]
    if units == 1:
        targets = y[:, None].astype("float32")
    else:
        targets = (
            y
            if isinstance(loss, keras.losses.SparseCategoricalCrossentropy)
            else np.eye(2, dtype="float32")[y]
        )
    model.fit(X[:200], targets, epochs=epochs, verbose=0, callbacks=callbacks)
    return model


def search(model, reference=REFERENCE, members=MEMBERS, **settings):
    settings = {"models": 8, "questions": 0, "max_accuracy_drop": 0.02, **settings}
    return keras_entropy.recommend(model, reference, members=members, **settings)


FORMS = {
    "one sigmoid unit": (1, "sigmoid", "binary_crossentropy", False),
    "one unit of logits": (
        1,
        None,
        keras.losses.BinaryCrossentropy(from_logits=True),
        True,
    ),
    "one-hot rows": (2, "softmax", "categorical_crossentropy", False),
    "a loss of one's own": (2, "softmax", own_loss, False),
    "logits": (
        2,
        None,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        True,
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_loss_of_labels(form):
    units, last, loss, logits = form
    model = trained(units, last, loss)
    found = search(model, from_logits=logits)
    # The right values: the model's own accuracies, by its own answers.
    answers = model.predict(X, verbose=0)
    cut = 0.0 if logits else 0.5
    predicted = answers[:, 0] > cut if units == 1 else answers.argmax(axis=1)
    hits = predicted == Y
    assert found.resemblance.target == pytest.approx(
        (hits[:200].mean(), hits[200:370].mean()), abs=0.05
    )
    assert found.resemblance.resembles
    rows = {row.name: row for row in found.table}
    assert rows["no defense"].auc > 0.55
    assert rows["no defense"].accuracy == pytest.approx(hits[200:].mean(), abs=0.08)
    out = to_numpy(found.model(X))
    assert out.shape == (400, 2)
    np.testing.assert_array_equal(out.argmax(axis=1), predicted)
    assert "Models trained anew: the model's accuracy is" in str(found)


def test_labels_may_be_one_hot():
    model = trained(2, "softmax", "categorical_crossentropy", epochs=5)
    one_hot = [(x, np.eye(2)[y]) for x, y in (REFERENCE, MEMBERS)]
    assert search(model, *one_hot).table == search(model).table


def test_a_lowered_rate_changes_nothing():
    def lower(epoch, rate):
        return 0.02 if epoch < 25 else rate * 0.1

    callback = keras.callbacks.LearningRateScheduler(lower)
    model = trained(2, "softmax", "categorical_crossentropy", callback)
    with pytest.warns(UserWarning, match=r"was 0\.02 while it was trained"):
        found = search(model)
    assert found.resemblance.resembles
    again = search(model, learning_rate=0.02)
    assert again.table == found.table


def test_nothing_is_recommended_by_models_that_do_not_resemble(caplog):
    model = trained(2, "softmax", "categorical_crossentropy")
    found = search(model, learning_rate=1e-7)
    assert not found.resemblance.resembles
    assert found.layer is None
    assert str(found).startswith("Nothing is recommended")
    assert "trained anew do not resemble it" in caplog.text
    np.testing.assert_allclose(
        to_numpy(found.model(X)), model.predict(X, verbose=0), atol=1e-6
    )


def test_epochs_are_those_of_the_model():
    model = trained(2, "softmax", "categorical_crossentropy", epochs=12)
    assert search(model).table == search(model, epochs=12).table


def test_what_cant_be_searched_is_refused_before_training():
    with pytest.raises(ValueError, match="`learning_rate` must be a positive"):
        search(trained(2, "softmax", "mse", epochs=1), learning_rate=-1)
    constant = trained(2, "softmax", "mse", epochs=1)
    constant.compile("adam", lambda y, p: keras.ops.mean(p, axis=-1))
    with pytest.raises(ValueError, match="a loss of labels"):
        search(constant, epochs=10**9)
