import numpy as np
import pytest

from keras_entropy import UniformMixing
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(UniformMixing, {"weight": 0.3}, example_rows(5), tmp_path)


def test_hand_computed_mixture():
    row = np.array([[0.8, 0.1, 0.1]], "float32")
    out = to_numpy(UniformMixing(0.3)(row))
    np.testing.assert_allclose(out, [[0.66, 0.17, 0.17]], atol=1e-6)


def test_mixing_is_undone():
    rows = np.random.default_rng(1).dirichlet(np.ones(6), 20).astype("float32")
    layer = UniformMixing(0.9)
    np.testing.assert_allclose(layer.invert(to_numpy(layer(rows))), rows, atol=1e-5)


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan")])
def test_a_value_out_of_range_is_refused(value):
    with pytest.raises(ValueError, match=f"`weight` must.*weight={value}"):
        UniformMixing(value)
