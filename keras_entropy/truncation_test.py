import numpy as np
import pytest

from keras_entropy import LabelOnly
from keras_entropy import TopK
from keras_entropy.contract_test import check_layer
from keras_entropy.contract_test import example_rows
from keras_entropy.contract_test import to_numpy


@pytest.mark.parametrize(
    ("cls", "kwargs"), [(TopK, {"k": 2}), (LabelOnly, {"confidence": 0.8})]
)
def test_contract(cls, kwargs, tmp_path):
    check_layer(cls, kwargs, example_rows(5), tmp_path)


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


def test_label_only_answers_one_row_a_class_on_a_mixed_batch():
    rows = np.random.default_rng(0).dirichlet(np.ones(6), 300).astype("float32")
    out = to_numpy(LabelOnly()(rows))
    np.testing.assert_array_equal(out, np.eye(6)[rows.argmax(-1)])
    out = to_numpy(LabelOnly(0.75)(rows))
    expected = 0.05 + 0.7 * np.eye(6)[rows.argmax(-1)]
    np.testing.assert_allclose(out, expected, atol=1e-6)


def test_a_tie_of_predicted_classes_stays_one():
    row = np.array([[0.4, 0.4, 0.2]], "float32")
    np.testing.assert_allclose(to_numpy(LabelOnly()(row)), [[0.5, 0.5, 0.0]])


@pytest.mark.parametrize("k", [0, -1, 1.0, True])
def test_a_k_that_is_no_count_is_refused(k):
    with pytest.raises(ValueError, match=f"`k` must be an integer.*k={k}"):
        TopK(k)


def test_a_k_that_keeps_everything_is_refused():
    with pytest.raises(ValueError, match=r"below the number of.*k=3, classes=3"):
        TopK(3).build((None, 3))


@pytest.mark.parametrize("confidence", [0, 1.1, float("nan")])
def test_a_confidence_out_of_range_is_refused(confidence):
    with pytest.raises(ValueError, match=f"at most 1.*confidence={confidence}"):
        LabelOnly(confidence)


def test_a_confidence_that_would_not_lead_is_refused():
    with pytest.raises(ValueError, match=r"above 1 / classes.*0.25, classes=4"):
        LabelOnly(0.25).build((None, 4))
