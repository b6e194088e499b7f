import numpy as np
import pytest
from sklearn import ensemble
from sklearn import metrics
from threadpoolctl import threadpool_info

from keras_entropy.attacks.scorers.learners import boosting
from keras_entropy.attacks.scorers.learners.boosting import boosted
from keras_entropy.attacks.scorers.learners.logistic import ridge_logistic


def interacting(rng, examples=4000):
    """Columns that tell by their product what none tells alone."""
    columns = rng.normal(size=(examples, 3))
    member = rng.normal(size=examples) < 2 * columns[:, 0] * columns[:, 1]
    return columns, member


def test_trees_find_what_no_sum_of_columns_tells():
    rng = np.random.default_rng(0)
    columns, member = interacting(rng)
    others, held = interacting(rng)
    trees = metrics.roc_auc_score(held, boosted(columns, member)(others))
    linear = metrics.roc_auc_score(held, ridge_logistic(columns, member)(others))
    assert linear < 0.55 < 0.75 < trees


def test_what_adds_up_is_found_as_the_regression_finds_it():
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(4000, 3))
    member = rng.normal(size=4000) < columns.sum(axis=1)
    others = rng.normal(size=(4000, 3))
    held = rng.normal(size=4000) < others.sum(axis=1)
    trees, linear = (
        metrics.roc_auc_score(held, fit(columns, member)(others))
        for fit in (boosted, ridge_logistic)
    )
    assert trees > linear - 0.01


@pytest.mark.parametrize(
    ("examples", "leaf"), [(500, 20), (1999, 20), (4000, 40), (25_000, 200)]
)
def test_they_are_scikit_learns_of_one_configuration(examples, leaf):
    columns, member = interacting(np.random.default_rng(3), examples)
    wide = np.column_stack([columns, ridge_logistic(columns, member)(columns)])
    trees = ensemble.HistGradientBoostingClassifier(
        max_iter=30,
        max_leaf_nodes=6,
        learning_rate=0.2,
        l2_regularization=10,
        max_bins=64,
        min_samples_leaf=leaf,
        early_stopping=False,
    ).fit(wide, member)
    found = boosted(columns, member)(columns[:500])
    np.testing.assert_allclose(found, trees.decision_function(wide[:500]), rtol=1e-12)


def test_equal_rows_score_alike_and_shapes_are_kept():
    rng = np.random.default_rng(2)
    columns, member = interacting(rng, examples=500)
    score = boosted(columns, member)
    assert len(set(score(np.repeat(columns[:1], 9, axis=0)))) == 1
    assert score(columns.reshape(2, 250, 3)).shape == (2, 250)
    np.testing.assert_array_equal(boosted(columns, member)(columns), score(columns))


def test_trees_keep_to_one_thread():
    with boosting._one_thread():
        libraries = threadpool_info()
    threads = {one["num_threads"] for one in libraries if one["user_api"] == "openmp"}
    assert threads == {1}
