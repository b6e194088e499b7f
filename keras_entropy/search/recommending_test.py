import logging

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy.layers.contract_test import to_numpy


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    y = random.integers(0, 3, 300)
    x = (random.normal(size=(300, 8)) + 1.2 * np.eye(8)[y]).astype("float32")
    return (x[:180], y[:180]), (x[180:], y[180:])


@pytest.fixture(scope="module")
def model(data):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(*data[0], epochs=40, verbose=0)
    return model


def search(model, data, **kwargs):
    members, reference = data
    return keras_entropy.recommend(
        model, reference, members=members, models=8, **kwargs
    )


@pytest.fixture(scope="module")
def found(model, data):
    return search(model, data, epochs=40)


def test_the_choice_protects_and_keeps_the_predictions(found, model, data):
    rows = {row.name: row for row in found.table}
    assert rows["no defense"].auc > 0.6
    assert rows[found.name].auc < rows["no defense"].auc - 0.02
    x = data[1][0]
    before, after = to_numpy(model(x)), to_numpy(found.model(x))
    np.testing.assert_array_equal(after.argmax(-1), before.argmax(-1))
    assert found.model.layers[-1] is found.layer
    assert f"> {found.name}" in str(found)


def test_the_same_arguments_give_the_same_table(found, model, data):
    again = search(model, data, epochs=40)
    assert again.table == found.table
    assert again.name == found.name


def test_limits_are_kept_and_nothing_within_them_is_said(model, data, caplog):
    limits = dict(max_nll_increase=-0.999, max_latency_ratio=1e9)
    with caplog.at_level(logging.WARNING):
        tight = search(model, data, **limits, epochs=5)
    assert not any(row.allowed for row in tight.table[1:])
    assert tight.name == "no defense"
    assert tight.layer is None
    assert all(row.latency_ratio > 0 for row in tight.table)
    for text in (str(tight), caplog.text):
        assert "allow more NLL, less accuracy or more time" in text


def test_bad_input_is_refused(model, data):
    (x, y), (other_x, other_y) = data
    with pytest.raises(ValueError, match=r"even and at least 8. Received: models=6"):
        keras_entropy.recommend(model, data[1], members=data[0], models=6)
    with pytest.raises(ValueError, match=r"at least 20 examples. Received: 19"):
        keras_entropy.recommend(model, (other_x[:19], other_y[:19]), members=data[0])
    with pytest.raises(ValueError, match=r"out of it.*5 inputs that are in `members`"):
        keras_entropy.recommend(
            model,
            (np.concatenate([other_x, x[:5]]), np.concatenate([other_y, y[:5]])),
            members=data[0],
        )

    with pytest.raises(ValueError, match=r"`reference`.*120 inputs and 119 labels"):
        keras_entropy.recommend(model, (other_x, other_y[:-1]), members=data[0])
    with pytest.raises(ValueError, match=r"`members=\(x, y\)`.*type ndarray"):
        keras_entropy.recommend(model, data[1], members=x)


def test_limits_that_nothing_meets_are_refused_before_any_work(model, data):
    with pytest.raises(ValueError, match="`max_accuracy_drop` must be in"):
        search(model, data, max_accuracy_drop=-0.1, epochs=10**9)


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'recomend'"):
        keras_entropy.recomend  # noqa: B018
