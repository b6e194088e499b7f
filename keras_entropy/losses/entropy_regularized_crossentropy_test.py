import json

import keras
import numpy as np
import pytest
import scipy.stats

from keras_entropy import EntropyRegularization
from keras_entropy import EntropyRegularizedCrossentropy
from keras_entropy.layers.contract_test import to_numpy

ROWS = np.random.default_rng(0).dirichlet(np.ones(4), 6).astype("float32")
LABELS = np.array([0, 1, 2, 3, 0, 1])


def formula(rows, labels, weight):
    rows = rows.astype("float64")
    nll = -np.log(rows[np.arange(len(rows)), labels]).mean()
    return nll + weight / (1 + scipy.stats.entropy(rows, axis=-1).mean())


@pytest.mark.parametrize("labels", [LABELS, LABELS[:, None], np.eye(4)[LABELS]])
@pytest.mark.parametrize("weight", [0.0, 2.0, 5.0])
def test_equals_the_formula(labels, weight):
    loss = to_numpy(EntropyRegularizedCrossentropy(weight)(labels, ROWS))
    np.testing.assert_allclose(loss, formula(ROWS, LABELS, weight), rtol=1e-6)


def test_training_with_the_loss_is_training_with_the_layer():
    x = np.random.default_rng(1).normal(size=(48, 3)).astype("float32")
    y = np.arange(48) % 4

    def trained(loss, *layers):
        dense = keras.layers.Dense(
            4, activation="softmax", kernel_initializer=keras.initializers.Ones()
        )
        model = keras.Sequential([keras.Input((3,)), dense, *layers])
        optimizer = keras.optimizers.SGD(0.1)
        model.compile(optimizer, loss, jit_compile=False)
        model.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0)
        return model.get_weights()

    one = trained(EntropyRegularizedCrossentropy(3.0))
    other = trained("sparse_categorical_crossentropy", EntropyRegularization(3.0))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_config_survives_json():
    loss = EntropyRegularizedCrossentropy(0.5, reduction="sum", name="loss")
    data = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    revived = keras.saving.deserialize_keras_object(data)
    assert type(revived) is EntropyRegularizedCrossentropy
    assert revived.get_config() == loss.get_config()
    assert (revived.weight, revived.reduction, revived.name) == (0.5, "sum", "loss")
    name = keras.saving.get_registered_name(EntropyRegularizedCrossentropy)
    assert name == "keras_entropy>EntropyRegularizedCrossentropy"


def test_saturated_rows_leave_finite_weights():
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(3, kernel_initializer="identity", activation="softmax"),
        ]
    )
    model.compile("sgd", EntropyRegularizedCrossentropy(), jit_compile=False)
    model.fit(200 * np.eye(3, dtype="float32"), np.zeros(3), verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match=f"at least 0.*weight={weight}"):
        EntropyRegularizedCrossentropy(weight)
