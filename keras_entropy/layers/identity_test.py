import keras
import numpy as np

from keras_entropy import Identity
from keras_entropy import catalog
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(Identity, {}, example_rows(5), tmp_path)


def test_nothing_changes():
    rows = example_rows(5)
    np.testing.assert_array_equal(to_numpy(Identity()(rows)), rows)
    np.testing.assert_array_equal(Identity().invert(rows), rows)


def test_the_catalog_trains_with_the_loss_of_the_row():
    x = np.random.default_rng(0).normal(size=(200, 6)).astype("float32")
    y = x[:, :4].argmax(axis=-1)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(4, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    plain, hamp = (
        catalog.build(name, model, x, y, epochs=40, verbose=False)
        for name in ("label-smoothing", "hamp-training")
    )
    sure = [to_numpy(m(x)).max(axis=-1).mean() for m in (plain, hamp)]
    # One label says 0.925 of the class, the other 0.41.
    assert 0.7 < sure[0] < 0.96
    assert 0.3 < sure[1] < 0.5
    assert np.mean(to_numpy(hamp(x)).argmax(-1) == y) > 0.85
