import numpy as np
import pytest

from keras_entropy import LabelOnly
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy


def test_contract(tmp_path):
    check_layer(LabelOnly, {"confidence": 0.8}, example_rows(5), tmp_path)


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


@pytest.mark.parametrize("confidence", [0, 1.1, float("nan")])
def test_a_confidence_out_of_range_is_refused(confidence):
    with pytest.raises(ValueError, match=f"at most 1.*confidence={confidence}"):
        LabelOnly(confidence)


def test_a_confidence_that_would_not_lead_is_refused():
    with pytest.raises(ValueError, match=r"above 1 / classes.*0.25, classes=4"):
        LabelOnly(0.25).build((None, 4))
