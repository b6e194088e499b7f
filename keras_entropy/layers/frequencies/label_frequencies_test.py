import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from keras_entropy.layers.frequencies import label_frequencies


def sizes(confidence, edges):
    found = label_frequencies.bin_of(confidence, edges)
    return np.bincount(found, minlength=len(edges) + 1).tolist()


def steps(confidence, *edges):
    """Rows of two outcomes that depend on the confidence by steps alone."""
    level = (confidence[:, None] >= np.array(edges)).sum(axis=-1)
    right = 0.5 + 0.45 * level / len(edges)
    return np.stack([right, 1 - right], axis=-1)


def test_cuts_are_made_where_the_rows_change():
    confidence = np.linspace(0, 1, 64, dtype="float32")
    rows = steps(confidence, 0.25, 0.5)
    edges = label_frequencies.informative_edges(confidence, rows, 4, 1)
    assert sizes(confidence, edges) == [16, 16, 32, 0]  # a fourth bin is worth nothing
    edges = label_frequencies.informative_edges(confidence, rows, 2, 1)
    assert 0.2 < edges[0] < 0.55
    assert label_frequencies.informative_edges(confidence, rows, 1, 1).size == 0


def test_bins_that_would_be_too_small_are_merged():
    confidence = np.linspace(0, 1, 64, dtype="float32")
    rows = steps(confidence, 0.25, 0.5)
    edges = label_frequencies.informative_edges(confidence, rows, 4, 20)
    assert min(size for size in sizes(confidence, edges) if size) >= 20
    edges = label_frequencies.informative_edges(confidence, rows, 4, 33)
    assert sizes(confidence, edges) == [64, 0, 0, 0]


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_the_temperature_that_made_the_labels_is_found(temperature):
    random = np.random.default_rng(0)
    truth = random.dirichlet(np.ones(4), 20_000)
    labels = (truth.cumsum(axis=-1) < random.uniform(size=(20_000, 1))).sum(axis=-1)
    outputs = truth**temperature
    outputs /= outputs.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(
        label_frequencies.calibrated(outputs, labels), truth, atol=0.02
    )


@pytest.mark.parametrize("step", [1e-7, 1.0])
def test_equal_confidences_share_a_bin(step):
    confidence = 1 - np.float32(step) * np.repeat([0, 0.2, 0.4, 0.6], [10, 3, 2, 1])
    confidence = np.unique(confidence.astype("float32"), return_inverse=True)
    values = confidence[0][confidence[1]]
    rows = steps(values, *np.unique(values)[1:])
    edges = label_frequencies.informative_edges(values, rows, 3, 1)
    found = label_frequencies.bin_of(values, edges)
    for value in np.unique(values):
        assert len(set(found[values == value])) == 1
    assert found.max() >= 1


def test_strength_is_that_of_left_out_likelihood():
    # All cells follow the prior: it should be trusted, and where none does, not.
    prior = np.array([[0.7, 0.2, 0.1]] * 40)
    random = np.random.default_rng(0)
    alike = random.multinomial(20, prior[0], 40)
    out = label_frequencies.shrunken(alike, prior)
    assert np.abs(out - prior).max() < np.abs(alike / 20 - prior).max() / 3
    apart = 20 * np.eye(3)[random.integers(0, 3, 40)]
    out = label_frequencies.shrunken(apart, prior)
    assert np.abs(out - apart / 20).max() < 0.05
    np.testing.assert_allclose(out.sum(axis=-1), 1)
    assert (out > 0).all()


def test_a_cell_without_examples_gets_the_prior():
    prior = np.array([[0.7, 0.3], [0.4, 0.6]])
    out = label_frequencies.shrunken([[5, 5], [0, 0]], prior)
    np.testing.assert_allclose(out[1], prior[1])


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_non_increasing_agrees_with_scikit_learn(n):
    random = np.random.default_rng(n)
    values, weights = random.normal(size=n), random.uniform(0.5, 5, n)
    expected = IsotonicRegression(increasing=False).fit_transform(
        np.arange(n), values, sample_weight=weights
    )
    out = label_frequencies.non_increasing(values, weights)
    np.testing.assert_allclose(out, expected, atol=1e-12)


def test_a_row_is_changed_only_where_its_leader_does_not_lead():
    rows = np.array([[0.6, 0.2, 0.2], [0.2, 0.5, 0.3], [0.4, 0.4, 0.2]])
    out = label_frequencies.let_lead(rows, np.array([0, 0, 0]), np.ones(3))
    np.testing.assert_allclose(out[0], rows[0])
    np.testing.assert_allclose(out.sum(axis=-1), 1)
    np.testing.assert_allclose(out[1, 0] / out[1, 1], 1.01)
    np.testing.assert_allclose(out[2, 0] / out[2, 1], 1.01)
