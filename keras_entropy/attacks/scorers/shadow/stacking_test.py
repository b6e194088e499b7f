import numpy as np
import pytest

from keras_entropy.attacks.scorers.shadow import stacking
from keras_entropy.attacks.scorers.shadow.pair_moments import Pairs


def plan(pairs, examples, rng):
    half = rng.random((pairs, 1, examples)) < 0.5
    return np.concatenate([half, ~half], axis=1).reshape(-1, examples)


def columns_of(values, membership):
    pairs = Pairs(values, membership)

    def columns(pair, unknown):
        moments = pairs.others(*unknown)
        target = pairs.values[pair]
        return np.stack([moments.offset(target), moments.log_ratio(target)], axis=-1)

    return columns


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("pairs", [3, 12])
def test_a_pair_is_not_known_to_the_combination_that_scores_it(rng, pairs):
    membership = plan(pairs, 40, rng)
    values = rng.normal(size=membership.shape) + membership
    asked = []

    def columns(pair, unknown):
        asked.append((pair, unknown))
        return columns_of(values, membership)(pair, unknown)

    stacking.stack_game(columns, membership)
    for pair, unknown in asked:
        assert pair in unknown
    for first in range(min(4, pairs)):
        group = tuple(range(first, pairs, 4))
        learned = [pair for pair, unknown in asked if unknown == (*group, pair)]
        assert len(learned) == min(pairs - len(group), stacking.MOST_PAIRS)
        assert not set(learned) & set(group)


def test_a_pair_teaches_its_own_combination_nothing(rng):
    # What a pair knows of other examples, and who holds them, must not move the score
    # of one that it is asked about.
    membership = plan(5, 60, rng)
    values = rng.normal(size=membership.shape) + membership
    changed, other = values.copy(), membership.copy()
    changed[4:6, 1:] += rng.normal(size=(2, 59))
    other[4:6, 1:] = ~other[4:6, 1:]
    before = stacking.stack_game(columns_of(values, membership), membership)
    after = stacking.stack_game(columns_of(changed, other), other)
    np.testing.assert_array_equal(before[4:6, 0], after[4:6, 0])
    assert (before[:4] != after[:4]).all()


def test_scores_are_the_fit_of_the_other_pairs(rng):
    membership = plan(4, 30, rng)
    columns = columns_of(rng.normal(size=membership.shape) + membership, membership)
    found = stacking.stack_game(columns, membership)
    rows = np.concatenate([columns(j, (j, 1)) for j in (0, 2, 3)]).reshape(-1, 2)
    member = membership[[0, 1, 4, 5, 6, 7]].reshape(-1)
    score = stacking.ridge_logistic(rows, member)
    np.testing.assert_allclose(found[2:4], score(columns(1, (1,))), rtol=1e-6)


def test_two_pairs_score_by_the_first_column(rng):
    membership = plan(2, 30, rng)
    columns = columns_of(rng.normal(size=membership.shape), membership)
    found = stacking.stack_game(columns, membership)
    np.testing.assert_array_equal(found[:2], columns(0, (0,))[..., 0])


def test_a_target_is_scored_by_what_its_shadows_teach(rng):
    membership = plan(2, 400, rng)
    values = rng.normal(size=membership.shape) + 2 * membership
    columns = columns_of(values, membership)
    member = rng.random(400) < 0.5
    moments = Pairs(values, membership).others()
    own = rng.normal(size=(1, 400)) + 2 * member
    scores = stacking.stack_target(
        columns,
        membership,
        np.stack([moments.offset(own), moments.log_ratio(own)], axis=-1),
    )
    assert scores.shape == (1, 400)
    # Whatever number of pairs there are, all of them teach, up to eight.
    for pairs in (2, 3, 11):
        taught = []

        def known(pair, left_out, taught=taught):
            taught.append((pair, left_out))
            return columns(pair % 2, (pair % 2,))

        many = np.tile(membership, (6, 1))[: 2 * pairs]
        stacking.stack_target(known, many, np.zeros((1, 400, 2)))
        assert taught == [(pair, (pair,)) for pair in range(min(pairs, 8))]
    assert scores[0, member].mean() > scores[0, ~member].mean() + 0.5
