import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.scorers.learners.knn import knn_scores


def naive(features, member, folds, levels=128):
    """The same by a loop over the cells, nearest first, for examples without ties."""
    ranks = stats.rankdata(features[:, -2:], axis=0) - 0.5
    cells = np.floor(ranks * levels / len(member))
    scores = np.empty(len(member))
    for i, cell in enumerate(cells):
        train = folds != folds[i]
        distance = np.square(cells - cell).sum(axis=1)
        # Cells at one distance may come in any order: take them all.
        order = np.argsort(distance[train], kind="stable")
        inside = np.cumsum(member[train][order])
        both = np.arange(1, order.size + 1)
        last = np.searchsorted(both, np.sqrt(len(member)))
        total = np.array([(~member[train]).sum(), member[train].sum()])
        found = np.array([both[last] - inside[last], inside[last]])
        shares = (found + total / total.sum()) / total
        scores[i] = np.log(shares[1]) - np.log(shares[0])
    return scores


def law(count=3000, shift=1.0, seed=0):
    rng = np.random.default_rng(seed)
    member = rng.random(count) < 0.7
    features = rng.normal(size=(count, 4))
    features[:, -1] += shift * member
    return features, member, rng.permutation(count) % 5


def test_scores_follow_a_loop_over_the_neighbours():
    features, member, folds = law()
    found = knn_scores(features, member, folds, 5, np.random.default_rng(0))
    expected = naive(features, member, folds)
    assert np.corrcoef(found, expected)[0, 1] > 0.9
    assert np.polyfit(expected, found, 1) == pytest.approx([1, 0], abs=0.1)


def test_log_odds_are_those_of_the_law():
    features, member, folds = law(20_000)
    scores = knn_scores(features, member, folds, 5, np.random.default_rng(0))
    truth = features[:, -1] - 0.5
    middle = abs(truth) < 1
    slope = np.polyfit(truth[middle], scores[middle], 1)
    assert slope == pytest.approx([1, 0], abs=0.1)


def test_rounding_does_not_decide():
    features, member, folds = law(500)
    scores = knn_scores(features, member, folds, 5, np.random.default_rng(0))
    np.testing.assert_array_equal(scores, np.round(scores, 12))
    assert (scores != np.round(scores, 11)).any()


def test_only_the_last_two_columns_and_their_ranks_count():
    features, member, folds = law(400)
    first = knn_scores(features, member, folds, 5, np.random.default_rng(0))
    other = np.column_stack([features[:, :1] ** 2, np.exp(features[:, -2:])])
    second = knn_scores(other, member, folds, 5, np.random.default_rng(1))
    np.testing.assert_array_equal(first, second)
    one_column = features.copy()
    one_column[:, -2] = 0
    assert not np.array_equal(
        first, knn_scores(one_column, member, folds, 5, np.random.default_rng(0))
    )


def test_few_examples_by_hand():
    # One column tells; of 9 examples 3 are wanted, the fold's own do not count.
    levels = np.arange(9.0)
    features = np.column_stack([np.zeros(9), levels])
    member = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0], bool)
    folds = np.array([0, 1, 1, 1, 0, 1, 1, 1, 0])
    scores = knn_scores(features, member, folds, 2, np.random.default_rng(0))
    # The first of fold 0: its three nearest of the other fold are 1, 2 and 3, two of
    # them members. Two members and four non-members were trained on.
    shares = (2 + 2 / 6) / 2, (1 + 4 / 6) / 4
    assert scores[0] == pytest.approx(np.log(shares[0] / shares[1]))
    # The last of fold 0: 7, 6 and 5 are non-members.
    shares = (0 + 2 / 6) / 2, (3 + 4 / 6) / 4
    assert scores[8] == pytest.approx(np.log(shares[0] / shares[1]))


def test_all_training_examples_where_the_cells_searched_hold_too_few():
    # 300 cells of one example each; 128 of them are searched, 17 are wanted: enough.
    # With all of one fold but two examples, all that were searched have to do.
    rng = np.random.default_rng(0)
    features = np.column_stack([np.zeros(64), rng.permutation(np.arange(64.0))])
    member = np.arange(64) % 2 == 0
    folds = np.zeros(64, int)
    folds[:4] = 1
    scores = knn_scores(features, member, folds, 2, rng)
    # For fold 0 the four others are all there is, two and two.
    np.testing.assert_array_equal(scores[4:], 0)


def test_of_256_places_two_share_a_level_and_ties_lie_in_the_middle_of_theirs():
    rng = np.random.default_rng(3)
    member, folds = rng.random(256) < 0.5, np.repeat(rng.integers(0, 2, 128), 2)
    folds[128:132] = 0
    places = np.arange(256.0)
    places[129] = 130  # now between 129 and 130, with the level of 130 and 131
    features = np.column_stack([np.zeros(256), places])
    scores = knn_scores(features, member, folds, 2, rng)
    of_pairs = np.delete(scores, [128, 129]).reshape(-1, 2)
    np.testing.assert_array_equal(of_pairs[:, 0], of_pairs[:, 1])
    assert scores[128] != scores[129] == scores[130]


def test_the_nearest_128_cells_are_searched():
    # Two lines of 128 cells, 64 levels apart. From the end of one of them the 128th
    # cell is at 64**2 + 47**2, and the next two at 80**2 = 64**2 + 48**2.
    line, place = np.repeat([0, 1], 128), np.tile(np.arange(128), 2)
    nearest = np.argsort((64 * line) ** 2 + place**2)
    member, folds = np.arange(256) % 3 == 0, np.zeros(256, int)
    # Only these are trained on to score the others, and all of them would be wanted.
    folds[nearest[127:130]] = 1
    member[nearest[127:130]] = [True, False, False]
    features = np.column_stack([line, place]).astype(float)
    scores = knn_scores(features, member, folds, 2, np.random.default_rng(0))
    # One member of one is found, none of two non-members; one more example is added.
    assert scores[0] == pytest.approx(np.log((1 + 1 / 3) / 1) - np.log((2 / 3) / 2))
