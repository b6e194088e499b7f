import json

import keras
import numpy as np
import pytest
from scipy.special import softmax

from keras_entropy import RelaxLoss
from keras_entropy.layers.contract_test import to_numpy

LOGITS = np.random.default_rng(0).normal(size=(6, 4))
ROWS = softmax(LOGITS, axis=-1).astype("float32")
LABELS = np.array([0, 1, 2, 3, 0, 1])
PLAIN = -np.log(ROWS[np.arange(6), LABELS].astype("float64"))


def flattened(rows):
    """Cross-entropy of labels that keep the class's probability alone."""
    given = ROWS[np.arange(6), LABELS].astype("float64")[:, None]
    flat = np.where(np.eye(4)[LABELS] > 0, given, (1 - given) / 3)
    return -(flat * np.log(rows.astype("float64"))).sum(axis=-1)


@pytest.mark.parametrize("labels", [LABELS, LABELS[:, None], np.eye(4)[LABELS]])
def test_equals_the_formula(labels):
    above = RelaxLoss(PLAIN.mean() - 0.01, reduction=None)(labels, ROWS)
    np.testing.assert_allclose(to_numpy(above), PLAIN, rtol=1e-5)
    below = RelaxLoss(PLAIN.mean() + 0.01, reduction=None)(labels, ROWS)
    expected = (flattened(ROWS) - PLAIN) / 2
    np.testing.assert_allclose(to_numpy(below), expected, rtol=1e-4, atol=1e-6)


def step(level):
    """How one step of gradient descent moves the logits, for rate 1."""
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(4, "softmax", use_bias=False)]
    )
    model.layers[0].set_weights([LOGITS.astype("float32")])
    loss = RelaxLoss(level, reduction="sum")
    model.compile(keras.optimizers.SGD(1.0), loss, jit_compile=False)
    model.fit(np.eye(6, dtype="float32"), LABELS, batch_size=6, verbose=0)
    return model.get_weights()[0] - LOGITS


def test_the_gradient_ascends_and_flattens_below_the_level():
    one_hot = np.eye(4)[LABELS]
    np.testing.assert_allclose(step(0.0), one_hot - ROWS, atol=1e-5)
    given = (one_hot * ROWS).sum(axis=-1, keepdims=True)
    flat = np.where(one_hot > 0, given, (1 - given) / 3)
    # The labels that flatten are held fixed: softmax's gradient is rows - labels.
    expected = ((flat - ROWS) - (one_hot - ROWS)) / 2
    np.testing.assert_allclose(step(100.0), expected, atol=1e-5)


def test_training_stays_at_the_level():
    random = np.random.default_rng(1)
    x = random.normal(size=(128, 8)).astype("float32")
    y = x[:, :3].argmax(axis=-1)

    def loss_after_training(loss):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((8,)), keras.layers.Dense(3, activation="softmax")]
        )
        model.compile(keras.optimizers.SGD(0.5), loss, jit_compile=False)
        model.fit(x, y, batch_size=32, epochs=40, verbose=0)
        return -np.log(model.predict(x, verbose=0)[np.arange(128), y]).mean()

    assert loss_after_training("sparse_categorical_crossentropy") < 0.25
    assert loss_after_training(RelaxLoss(0.5)) == pytest.approx(0.5, abs=0.1)


def test_the_config_survives_json():
    loss = RelaxLoss(0.5, reduction="sum", name="loss")
    data = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    revived = keras.saving.deserialize_keras_object(data)
    assert type(revived) is RelaxLoss
    assert revived.get_config() == loss.get_config()
    assert revived.level == 0.5


@pytest.mark.parametrize("level", [-1, float("nan"), float("inf")])
def test_a_level_out_of_range_is_refused(level):
    with pytest.raises(ValueError, match=f"at least 0.*level={level}"):
        RelaxLoss(level)
