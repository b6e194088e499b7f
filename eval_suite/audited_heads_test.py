"""Audits of models of every ending, precision and form of labels that users have.

What is expected is computed beside them, from what `model.predict` answers.
"""

import warnings

import keras
import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import roc_auc_score

from eval_suite.audit_model import audit_model

N, CLASSES = 120, 3
MEMBERS, OTHERS = slice(N // 2), slice(N // 2, N)


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 8)).astype("float32")
    return x, rng.integers(0, CLASSES, N)


def trained(last, loss, x, y, dtype=None):
    """A model that knows its members by heart."""
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(64, "relu", dtype=dtype)
    model = keras.Sequential([keras.Input((8,)), hidden, last])
    model.compile(keras.optimizers.Adam(0.02), loss)
    model.fit(x[MEMBERS], y[MEMBERS], epochs=40, batch_size=60, verbose=0)
    return model


def softmax_head():
    return keras.layers.Dense(CLASSES, "softmax", dtype="float32")


def check(model, x, y, right, **options):
    """Compares an audit with the probability `(N,)` of the right answers."""
    members, others = (x[MEMBERS], y[MEMBERS]), (x[OTHERS], y[OTHERS])
    audit = audit_model(model, members, others, attacks="loss", questions=0, **options)
    scores = audit.scores("loss").values
    expected = np.log(np.maximum(right, 1e-30))
    inside, outside = scores[: N // 2], scores[N // 2 :]
    np.testing.assert_allclose(inside, expected[MEMBERS], atol=1e-4)
    # Some of the others are set aside.
    same = (audit.inputs[1][:, None] == x[OTHERS]).all(axis=2)
    places = same.argmax(axis=1)
    assert same.sum() == len(outside) > 0.8 * N / 2
    np.testing.assert_allclose(outside, expected[OTHERS][places], atol=1e-4)
    scored = np.r_[expected[MEMBERS], expected[OTHERS][places]]
    auc = roc_auc_score(np.arange(len(scored)) < N // 2, scored)
    assert audit.audit.get("loss").auc == pytest.approx(auc, abs=1e-3)
    assert auc > 0.6


def of_labels(outputs, y):
    return np.asarray(outputs, "float64")[np.arange(N), y]


@pytest.mark.parametrize("shape", [(N,), (N, 1)])
@pytest.mark.parametrize("dtype", ["int64", "bool", "float32"])
def test_one_sigmoid_unit(examples, shape, dtype):
    x, y = examples
    two = y % 2
    last = keras.layers.Dense(1, "sigmoid")
    model = trained(last, "binary_crossentropy", x, two)
    p = model.predict(x, verbose=0)[:, 0].astype("float64")
    check(model, x, two.reshape(shape).astype(dtype), np.where(two == 1, p, 1 - p))


def test_one_hot_labels(examples):
    x, y = examples
    rows = np.eye(CLASSES)[y]
    model = trained(softmax_head(), "categorical_crossentropy", x, rows)
    check(model, x, rows, of_labels(model.predict(x, verbose=0), y))


def test_logits(examples):
    x, y = examples
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = trained(keras.layers.Dense(CLASSES), loss, x, y)
    logits = model.predict(x, verbose=0).astype("float64")
    check(model, x, y, of_labels(softmax(logits, axis=-1), y), from_logits=True)
    with pytest.raises(ValueError, match="from_logits"):
        check(model, x, y, y)


def test_mixed_precision(examples):
    x, y = examples
    loss = "sparse_categorical_crossentropy"
    model = trained(softmax_head(), loss, x, y, dtype="mixed_float16")
    check(model, x, y, of_labels(model.predict(x, verbose=0), y))


def test_low_rank_adapters(examples):
    x, y = examples
    model = trained(softmax_head(), "sparse_categorical_crossentropy", x, y)
    model.layers[0].enable_lora(2)
    model.compile(keras.optimizers.Adam(0.01), model.loss)
    model.fit(x[MEMBERS], y[MEMBERS], epochs=2, verbose=0)
    check(model, x, y, of_labels(model.predict(x, verbose=0), y))


def test_integers_of_eight_bits(examples):
    x, y = examples
    model = trained(softmax_head(), "sparse_categorical_crossentropy", x, y)
    before = model.predict(x, verbose=0)
    with warnings.catch_warnings():  # Keras says that an input can't be quantized
        warnings.simplefilter("ignore")
        model.quantize("int8")
    after = model.predict(x, verbose=0)
    assert np.abs(after - before).max() > 1e-4  # it is another model
    check(model, x, y, of_labels(after, y))
