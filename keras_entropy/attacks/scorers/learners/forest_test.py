import numpy as np
import pytest

from keras_entropy.attacks.scorers.learners import forest
from keras_entropy.attacks.scorers.learners.forest import forest_scores


def of_sides(inside, outside, shift, seed=0):
    """Features of which the first is shifted for members, and five folds."""
    rng = np.random.default_rng(seed)
    member = np.arange(inside + outside) < inside
    features = rng.normal(size=(member.size, 3))
    features[:, 0] += shift * member
    return features, member, rng.permutation(member.size) % 5


def test_one_configuration_no_search(monkeypatch):
    made = []

    class Forest(forest.RandomForestClassifier):
        def fit(self, *args):
            made.append(self)
            return super().fit(*args)

    monkeypatch.setattr(forest, "RandomForestClassifier", Forest)
    for count in (400, 2000):
        made.clear()
        features, member, folds = of_sides(count // 2, count // 2, 1.0)
        forest_scores(features, member, folds, 5, np.random.default_rng(0))
        assert [len(one.estimators_) for one in made] == [30] * 5
        assert {one.min_samples_leaf for one in made} == {10}
        assert {one.max_samples for one in made} == {min(1000, count * 4 // 5)}
        assert {one.n_jobs for one in made} == {1}
        assert len({one.random_state for one in made}) == 5


def test_scores_are_log_odds_that_start_at_even():
    # Four members for each non-member, and nothing to tell them by: even odds, where
    # the numbers alone would say ln 4.
    features, member, folds = of_sides(1600, 400, 0.0)
    scores = forest_scores(features, member, folds, 5, np.random.default_rng(0))
    assert abs(scores.mean()) < 0.6
    # Where the only feature tells the sides apart, each leaf holds one of them.
    features, member, folds = of_sides(500, 500, 100.0)
    lone = features[:, :1]
    scores = forest_scores(lone, member, folds, 5, np.random.default_rng(0))
    certain = np.log(1e6 - 1)
    np.testing.assert_allclose(scores[member], certain, atol=1e-6)
    np.testing.assert_allclose(scores[~member], -certain, atol=1e-6)


def test_log_odds_are_those_of_the_law():
    # Two normals a unit apart: the log-odds of x are x - 1/2.
    features, member, folds = of_sides(3000, 3000, 1.0)
    scores = forest_scores(features, member, folds, 5, np.random.default_rng(0))
    truth = features[:, 0] - 0.5
    middle = abs(truth) < 1
    slope = np.polyfit(truth[middle], scores[middle], 1)
    assert slope == pytest.approx([1, 0], abs=0.2)


def test_each_forest_has_random_numbers_of_its_own(monkeypatch):
    seeds = []

    class Even:
        def __init__(self, *args, random_state, **kwargs):
            seeds.append(random_state)

        def fit(self, features, member):
            return self

        def predict_proba(self, features):
            return np.full((len(features), 2), 0.5)

    monkeypatch.setattr(forest, "RandomForestClassifier", Even)
    features, member, _ = of_sides(100, 100, 0.0)
    folds = np.arange(200) % 100
    forest_scores(features, member, folds, 100, np.random.default_rng(0))
    assert len(set(seeds)) == 100
