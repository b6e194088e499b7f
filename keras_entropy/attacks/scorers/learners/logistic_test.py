import numpy as np
import pytest
from scipy import special
from sklearn import linear_model
from sklearn import preprocessing

from keras_entropy.attacks.scorers.learners.cross_fitting import FOLDS
from keras_entropy.attacks.scorers.learners.cross_fitting import stratified_folds
from keras_entropy.attacks.scorers.learners.logistic import _derivatives
from keras_entropy.attacks.scorers.learners.logistic import fit_logistic
from keras_entropy.attacks.scorers.learners.logistic import logistic_scores
from keras_entropy.attacks.scorers.learners.logistic import ridge_logistic


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    member = np.arange(700) < 600
    features = rng.normal(size=(700, 4)) * [1, 100, 1e-4, 1] + [0, 1e3, 0, 0]
    features[:, 0] += 0.7 * member
    features[:, 2] -= 2e-4 * member
    features[:, 3] = 0.25
    return features, member, stratified_folds(member, FOLDS, rng)


def test_agrees_with_scikit_learn(sample):
    features, member, folds = sample
    scores = logistic_scores(features, member, folds, FOLDS, None)
    for fold in range(FOLDS):
        train = folds != fold
        weights = np.where(
            member, 0.5 / member[train].sum(), 0.5 / (~member)[train].sum()
        )
        scaler = preprocessing.StandardScaler()
        scaler.fit(features[train][:, :3], sample_weight=weights[train])
        # scikit-learn minimises C * sum(loss) + |b|^2 / 2.
        model = linear_model.LogisticRegression(
            C=1000, tol=1e-10, solver="newton-cholesky"
        )
        model.fit(
            scaler.transform(features[train][:, :3]), member[train], weights[train]
        )
        expected = model.decision_function(scaler.transform(features[~train][:, :3]))
        np.testing.assert_allclose(scores[~train], expected, atol=1e-6)


def test_derivatives_are_those_of_the_weighted_logistic_loss():
    rng = np.random.default_rng(3)
    design, sign = rng.normal(size=(3000, 3)), rng.choice([1.0, -1.0], 3000)
    weights = rng.random((2, 3000)) / 1000
    theta, penalty = rng.normal(size=(2, 3)), rng.random((2, 3))
    signed = design * sign[:, None]
    value, gradient, hessian = _derivatives(signed, weights, theta, penalty)
    for fit in range(2):
        own = slice(fit, fit + 1)
        losses = np.logaddexp(0, -sign * (design @ theta[fit]))
        decay = (penalty[fit] * theta[fit] ** 2).sum() / 2
        assert value[fit] == pytest.approx(weights[fit] @ losses + decay)
        for column, move in enumerate(1e-5 * np.eye(3)):
            ends = [
                _derivatives(signed, weights[own], theta[own] + by, penalty[own])
                for by in (move, -move)
            ]
            slope, curvature = ((ends[0][k] - ends[1][k])[0] / 2e-5 for k in (0, 1))
            assert gradient[fit, column] == pytest.approx(slope, rel=1e-6, abs=1e-8)
            np.testing.assert_allclose(hessian[fit, column], curvature, rtol=1e-6)


def test_scale_and_shift_of_features_do_not_matter(sample):
    features, member, folds = sample
    first = logistic_scores(features, member, folds, FOLDS, None)
    second = logistic_scores(features * 7 - 3, member, folds, FOLDS, None)
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_separable_data_stay_finite():
    member = np.arange(100) < 50
    features = np.column_stack([member * 2.0 - 1, np.zeros(100)])
    folds = stratified_folds(member, FOLDS, np.random.default_rng(0))
    scores = logistic_scores(features, member, folds, FOLDS, None)
    assert np.isfinite(scores).all()
    assert (scores > 0).tolist() == member.tolist()


def test_constant_features_score_zero():
    member = np.arange(60) < 40
    folds = stratified_folds(member, FOLDS, np.random.default_rng(0))
    scores = logistic_scores(np.full((60, 3), 0.1), member, folds, FOLDS, None)
    np.testing.assert_allclose(scores, 0, atol=1e-12)


@pytest.mark.parametrize("count", [100, 1000])
def test_a_strong_ridge_is_scikit_learns(count):
    rng = np.random.default_rng(2)
    member = rng.random(count) < 0.7
    columns = rng.normal([3, -1], [2, 0.1], (count, 2))
    columns[:, 0] += member
    scaler = preprocessing.StandardScaler().fit(columns)
    # 100 rows' losses weigh as much as the squared coefficients.
    model = linear_model.LogisticRegression(C=1 / 100, tol=1e-10, solver="newton-cg")
    model.fit(scaler.transform(columns), member)
    # A column that is constant but for rounding takes no part, and is no danger.
    constant = np.full((count, 1), 0.1)
    score = ridge_logistic(np.hstack([columns, constant]), member)
    several = rng.normal([3, -1], [2, 0.1], (2, 5, 2))
    found = score(np.concatenate([several, np.full((2, 5, 1), 0.1)], axis=2))
    assert found.shape == (2, 5)
    expected = model.decision_function(scaler.transform(several.reshape(10, 2)))
    np.testing.assert_allclose(found.reshape(-1), expected, atol=1e-5)


def test_equal_rows_of_a_fold_score_bit_equal():
    rng = np.random.default_rng(1)
    member = np.arange(5000) < 4000
    features = rng.normal(size=(5000, 13))
    tied = rng.random(5000) < 0.9
    features[tied] = features[0]
    folds = stratified_folds(member, FOLDS, rng)
    scores = logistic_scores(features, member, folds, FOLDS, None)
    for fold in range(FOLDS):
        assert np.ptp(scores[tied & (folds == fold)]) == 0


def test_columns_without_a_scale_take_no_part():
    rng = np.random.default_rng(4)
    member = rng.random(200) < 0.7
    # The mean of equal numbers misses them by rounding; squares of the last are 0.
    constant = np.tile([0.1, 1 / 3, 7e6 + 0.1], (200, 1))
    columns = np.hstack([rng.normal(size=(200, 2)), constant])
    columns[:, 1] *= 1e-200
    score = ridge_logistic(columns, member)
    other = columns.copy()
    other[:, 1:] = 0.7
    np.testing.assert_array_equal(score(other), score(columns))


@pytest.mark.parametrize("seed", [231, 816])
def test_steps_that_go_too_far_are_shortened(seed):
    # Draws of heavy tails on which, with next to no ridge, full steps diverge.
    rng = np.random.default_rng(seed)
    count, width = rng.integers(6, 30), rng.integers(1, 4)
    features = rng.standard_cauchy((count, width)) ** 3
    member = rng.random(count) < 0.5
    weights = np.where(member, 0.5 / member.sum(), 0.5 / (~member).sum())
    (*slopes, constant) = fit_logistic(features, member, weights[None], 1e-9)[0]
    expected = weights @ special.expit(features @ slopes + constant)
    # The optimum expects as many members as there are.
    assert expected == pytest.approx(0.5, abs=1e-6)
