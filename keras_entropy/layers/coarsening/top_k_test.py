import numpy as np
import pytest

from keras_entropy import TopK
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(TopK, {"k": 2}, example_rows(5), tmp_path)


@pytest.mark.parametrize(
    ("k", "expected"),
    [
        (1, [0.4, 0.15, 0.15, 0.15, 0.15]),
        (2, [0.4, 0.3, 0.1, 0.1, 0.1]),
        (3, [0.4, 0.3, 0.2, 0.05, 0.05]),
    ],
)
def test_hand_computed_truncation(k, expected):
    order = [3, 0, 4, 1, 2]
    row = np.array([[0.4, 0.3, 0.2, 0.06, 0.04]], "float32")[:, order]
    out = to_numpy(TopK(k)(row))
    np.testing.assert_allclose(out, np.array([expected])[:, order], atol=1e-6)


def test_a_tied_last_place_is_kept_whole():
    row = np.array([[0.4, 0.25, 0.25, 0.06, 0.04]], "float32")
    out = to_numpy(TopK(2)(row))
    np.testing.assert_allclose(out, [[0.4, 0.25, 0.25, 0.05, 0.05]], atol=1e-6)


@pytest.mark.parametrize("k", [0, -1, 1.0, True])
def test_a_k_that_is_no_count_is_refused(k):
    with pytest.raises(ValueError, match=f"`k` must be an integer.*k={k}"):
        TopK(k)


def test_a_k_that_keeps_everything_is_refused():
    with pytest.raises(ValueError, match=r"below the number of.*k=3, classes=3"):
        TopK(3).build((None, 3))
