import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score
from sklearn.metrics import log_loss

from keras_entropy import prediction_quality


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    outputs = rng.dirichlet(np.full(5, 0.5), 400).astype("float32")
    return outputs, rng.integers(0, 5, 400)


def test_accuracy_and_nll_against_scikit_learn(answers):
    outputs, labels = answers
    assert prediction_quality.accuracy(outputs, labels) == accuracy_score(
        labels, outputs.argmax(-1)
    )
    exact = outputs.astype("float64")
    exact /= exact.sum(axis=1, keepdims=True)
    expected = log_loss(labels, exact, labels=range(5))
    assert prediction_quality.nll(outputs, labels) == pytest.approx(expected, abs=1e-5)


def test_mean_entropy_against_scipy(answers):
    outputs, _ = answers
    expected = stats.entropy(outputs.astype("float64"), axis=-1)
    found = prediction_quality.entropies(outputs)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert prediction_quality.mean_entropy(outputs) == found.mean()
    assert prediction_quality.entropies(np.eye(3)).tolist() == [0, 0, 0]


def test_a_constant_answer_is_right_by_chance():
    outputs = np.full((100, 4), 0.25, "float32")
    # All labels are class 0, which argmax would pick.
    assert prediction_quality.accuracy(outputs, np.zeros(100, int)) == 0.25
    assert prediction_quality.tied_share(outputs) == 1.0


def test_nll_of_an_impossible_label_is_finite():
    outputs = np.array([[1.0, 0.0]], "float32")
    assert prediction_quality.nll(outputs, np.array([1])) == pytest.approx(
        149 * np.log(2)
    )


def test_calibration_error_by_hand():
    # Sure at 0.9 and right in 1 of 2; sure at 0.6 and right in 1 of 1.
    outputs = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    labels = np.array([0, 1, 1])
    expected = (abs(1 - 1.8) + abs(1 - 0.6)) / 3
    found = prediction_quality.expected_calibration_error(outputs, labels)
    assert found == pytest.approx(expected)


def test_calibration_error_of_calibrated_answers_is_small():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 200_000)
    labels = (rng.random(200_000) > confidence).astype(int)
    outputs = np.stack([confidence, 1 - confidence], axis=1)
    assert prediction_quality.expected_calibration_error(outputs, labels) < 0.01


def test_a_maximum_that_two_classes_share_is_a_guess_between_them():
    outputs = np.float32([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8]])
    found = prediction_quality.accuracy(outputs, np.array([0, 2, 2]))
    assert found == pytest.approx((0.5 + 0 + 1) / 3)


def test_accuracy_nll_and_calibration_error_of_three_rows_by_hand():
    outputs, labels = (
        np.float32([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]),
        np.array([0, 1, 1]),
    )
    assert prediction_quality.accuracy(outputs, labels) == pytest.approx(2 / 3)
    found = prediction_quality.nll(outputs, labels)
    assert found == pytest.approx(-np.log(0.9 * 0.1 * 0.8) / 3, rel=1e-6)
    # 0.9 twice, right once; 0.8 once, right.
    found = prediction_quality.expected_calibration_error(outputs, labels)
    assert found == pytest.approx((0.8 + 0.2) / 3, rel=1e-6)
