import itertools

import numpy as np
import pytest

from keras_entropy.adam import Adam
from keras_entropy.attacks.scorers.learners import mlp
from keras_entropy.attacks.scorers.learners.mlp import mlp_scores


def law(count=1500, shift=1.0, seed=0):
    """Features away from zero, of which the first is shifted for members."""
    rng = np.random.default_rng(seed)
    member = rng.permutation(np.arange(count) < 0.7 * count)
    features = 5 + 3 * rng.normal(size=(count, 3))
    features[:, 0] += 3 * shift * member
    return features, member, rng.permutation(count) % 5


class Recorded:
    """In place of Adam: keeps what it is given."""

    def step(self, gradients, rate):
        self.gradients, self.rate = gradients, rate


def objective(weights, inputs, sign):
    """The mean logistic loss, and half the decay of the squared weights."""
    first, bias, last, offset = weights
    margin = sign * (np.maximum(inputs @ first + bias, 0) @ last + offset)[:, 0]
    squares = (first**2).sum() + (last**2).sum()
    return np.logaddexp(0, -margin).mean() + 1e-4 / 2 * squares


def test_gradients_are_those_of_the_logistic_loss_with_decay():
    rng = np.random.default_rng(0)
    network = mlp._Network(3, rng.spawn(2))
    assert isinstance(network._adam, Adam)
    network._adam = Recorded()
    # Weights so large that their decay is seen, and biases that are not zero.
    network._weights = [
        100 * rng.normal(size=weight.shape) for weight in network._weights
    ]
    inputs = rng.normal(size=(2, 16, 3))
    sign = np.repeat([1.0, -1.0], 8)
    network.step(inputs, sign, 0.25)
    assert network._adam.rate == 0.25
    for fold in range(2):
        weights = [weight[fold] for weight in network._weights]
        for part, gradient in enumerate(network._adam.gradients):
            shape = weights[part].shape
            for place in [(0, 0), (0, shape[1] // 2), (shape[0] - 1, shape[1] - 1)]:
                ends = []
                for move in (1e-4, -1e-4):
                    moved = [weight.copy() for weight in weights]
                    moved[part][place] += move
                    ends.append(objective(moved, inputs[fold], sign))
                slope = (ends[0] - ends[1]) / 2e-4
                assert gradient[fold][place] == pytest.approx(slope, rel=1e-4, abs=1e-6)


def test_first_weights_keep_the_variance_of_what_comes_in():
    network = mlp._Network(50, np.random.default_rng(0).spawn(4))
    first, bias, last, offset = network._weights
    assert first.shape == (4, 50, 64)
    assert first.var() == pytest.approx(2 / 50, rel=0.05)
    assert last.shape == (4, 64, 1)
    assert last.var() == pytest.approx(1 / 64, rel=0.3)
    assert first.mean() == pytest.approx(0, abs=0.01)
    assert last.mean() == pytest.approx(0, abs=0.04)
    assert not bias.any()
    assert not offset.any()
    assert not np.array_equal(first[0], first[1])


def test_log_odds_of_one_unit_by_hand():
    network = mlp._Network(1, np.random.default_rng(0).spawn(1))
    for weight, value in zip(network._weights, (1, 0.5, 3, 0.25), strict=True):
        weight[:] = 0
        weight[0, 0, 0] = value
    found = network.score(0, np.array([[2.0], [-1.0]]))
    np.testing.assert_array_equal(found, [3 * 2.5 + 0.25, 0.25])


@pytest.mark.parametrize(("count", "half"), [(100, 16), (1000, 50), (9000, 256)])
def test_steps_fall_linearly_on_balanced_standardised_batches(monkeypatch, count, half):
    steps = []

    class Network(mlp._Network):
        def step(self, inputs, sign, rate):
            steps.append((inputs, sign, rate))

    monkeypatch.setattr(mlp, "_Network", Network)
    features, member, folds = law(count)
    features[:, 2] = -7e6 - 0.1  # tells nothing, though its mean is rounded
    mlp_scores(features, member, folds, 5, np.random.default_rng(0))
    rates = [rate for _, _, rate in steps]
    np.testing.assert_allclose(rates, 3e-3 * (1 - np.arange(400) / 400))
    inputs, sign, _ = steps[0]
    assert inputs.shape == (5, 2 * half, 3)
    np.testing.assert_array_equal(sign, np.repeat([1, -1], half))
    drawn = np.concatenate([inputs[:, :, :2] for inputs, _, _ in steps], axis=1)
    np.testing.assert_allclose(drawn.mean(axis=(0, 1)), 0, atol=0.05)
    np.testing.assert_allclose(drawn.std(axis=(0, 1)), 1, atol=0.05)
    assert not inputs[..., 2].any()
    # Members, whose first feature is larger, come first.
    assert inputs[:, :half, 0].mean() > 0 > inputs[:, half:, 0].mean()


def test_a_constant_column_has_no_scale_and_all_others_have():
    rng = np.random.default_rng(0)
    # The mean of equal numbers misses them by rounding.
    constant = [0.0, 0.1, 7e6 + 0.1, 1e-9 / 3]
    small = rng.normal(1, 1e-9, (101, 1)), rng.normal(0, 1e-9, (101, 1))
    features = np.hstack([np.tile(constant, (101, 1)), *small])
    sides = [np.arange(40), np.arange(40, 101)]
    mean, scale = mlp._moments(features, [sides])
    assert not scale[0, :4].any()
    assert (mean[0, 1:3] != constant[1:3]).any()
    for column in (4, 5):
        halves = [features[rows, column] - mean[0, column] for rows in sides]
        variance = np.mean([np.mean(half**2) for half in halves])
        assert scale[0, column] == pytest.approx(1 / np.sqrt(variance))


def test_batches_take_each_row_once_an_epoch():
    rows = np.arange(100, 124)
    epochs = mlp._batches(rows, 5, np.random.default_rng(0))
    # Four batches of five of the 24 rows are an epoch.
    for _ in range(3):
        epoch = np.concatenate(list(itertools.islice(epochs, 4)))
        assert np.unique(epoch).size == 20
        assert set(epoch) <= set(rows)
    whole = mlp._batches(rows[:20], 5, np.random.default_rng(0))
    for _ in range(3):
        epoch = np.concatenate(list(itertools.islice(whole, 4)))
        assert sorted(epoch) == list(range(100, 120))


def test_batches_of_few_rows_repeat_them():
    few = mlp._batches(np.arange(3), 8, np.random.default_rng(0))
    counts = np.bincount(next(few))
    assert (counts.sum(), counts.min(), counts.max()) == (8, 2, 3)
    exact = mlp._batches(np.arange(8), 8, np.random.default_rng(0))
    first, second = next(exact), next(exact)
    assert sorted(first) == sorted(second) == list(range(8))
    assert not np.array_equal(first, second)


def test_log_odds_are_those_of_the_law():
    # Two normals one deviation apart: the log-odds of z are z - 1/2.
    features, member, folds = law(4000)
    scores = mlp_scores(features, member, folds, 5, np.random.default_rng(0))
    truth = (features[:, 0] - 5) / 3 - 0.5
    middle = abs(truth) < 1
    slope = np.polyfit(truth[middle], scores[middle], 1)
    assert slope == pytest.approx([1, 0], abs=0.25)
    # Rounding does not decide.
    np.testing.assert_array_equal(scores, np.round(scores, 9))
