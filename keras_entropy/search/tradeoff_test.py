import dataclasses

import numpy as np
import pytest
from scipy.special import softmax

from keras_entropy.attacks.neighbors import NeighborSums
from keras_entropy.layers.coarsening.label_only import LabelOnly
from keras_entropy.layers.softening.temperature_scaling import TemperatureScaling
from keras_entropy.search import candidates
from keras_entropy.search import points
from keras_entropy.search import tradeoff
from keras_entropy.search.candidates import Candidate
from keras_entropy.search.points import Point
from keras_entropy.search.undefended_game import Game
from keras_entropy.shadow.plan import complementary_pairs


@pytest.fixture(scope="module")
def game():
    """Models that are surer of what they were trained on."""
    random = np.random.default_rng(0)
    plan = complementary_pairs(400, 8, seed=0)
    labels = random.integers(0, 4, 400)
    hard = random.uniform(size=400) < 0.3

    def outputs(boost, labels, hard, shape):
        right = np.where(hard, 0.5, 4.0) + boost
        logits = random.normal(size=(*shape, 4))
        logits += right[..., None] * np.eye(4)[labels]
        return softmax(logits, axis=-1).astype("float32")

    inside = outputs(2.0 * plan.membership, labels, hard, (8, 400))
    other = random.integers(0, 4, 100)
    fit = outputs(np.zeros(100), other, random.uniform(size=100) < 0.3, (8, 100))
    return Game(inside, labels, plan.membership, lambda layer: fit, other)


def test_a_candidate_that_can_be_undone_protects_from_nothing(game):
    base = tradeoff.evaluate(None, game)
    tempered = Candidate(TemperatureScaling, {"temperature": 8.0})
    found = tradeoff.evaluate(tempered, game)
    assert base.pair_auc.mean() > 0.7
    assert (found.pair_auc > base.pair_auc - 0.02).all()
    assert found.nll.mean() > base.nll.mean()
    np.testing.assert_allclose(found.accuracy, base.accuracy)


@pytest.mark.parametrize("temperature", [2.0, 8.0])
def test_no_defense_is_attacked_through_what_can_be_undone(temperature, game):
    """A temperature makes RMIA stronger, and needs no one's leave."""
    base = tradeoff.evaluate(None, game)
    tempered = tradeoff.evaluate(
        Candidate(TemperatureScaling, {"temperature": temperature}), game
    )
    assert base.pair_auc.mean() > tempered.pair_auc.mean() - 0.005
    outputs = game.outputs
    alone = points.worth("bare", outputs, outputs, game.labels, game.membership)
    assert base.pair_auc.mean() > alone.pair_auc.mean()


def test_label_only_protects_and_costs(game):
    base = tradeoff.evaluate(None, game)
    found = tradeoff.evaluate(Candidate(LabelOnly, {}), game)
    assert found.pair_auc.mean() < base.pair_auc.mean() - 0.05
    assert found.nll.mean() > 5 * base.nll.mean()
    assert found.keeps_argmax


@pytest.mark.parametrize(
    "candidate",
    [*candidates.CANDIDATES, *candidates.KEYED_CANDIDATES],
    ids=lambda c: c.name,
)
def test_every_candidate_can_be_evaluated(candidate, game):
    point = tradeoff.evaluate(candidate, game)
    assert point.pair_auc.shape == point.nll.shape == (4,)
    assert np.isfinite(point.nll).all()
    assert point.keeps_argmax


def test_what_an_attacker_makes_of_the_answers_is_attacked_too(game):
    outputs, labels, membership = game.outputs, game.labels, game.membership
    flat = np.full_like(outputs, 0.25)
    alone = points.worth("flat", flat, outputs, labels, membership)
    assert alone.pair_auc == pytest.approx(0.5)
    undone = [("inverse", outputs)]
    adapted = points.worth("flat", flat, outputs, labels, membership, undone)
    assert adapted.attack.startswith("inverse:")
    assert adapted.pair_auc.mean() > 0.7
    assert adapted.accuracy == pytest.approx(0.25)  # of the answers as they are


def test_who_asks_often_is_held_against_a_candidate(game):
    """Labels around members are kept farther: label-only answers hide nothing of it."""
    random = np.random.default_rng(5)
    farther = 1.5 * game.membership + random.normal(size=game.membership.shape)
    wrong = (game.labels + 1) % 4
    kept = [random.normal(size=400) for _ in range(20)]

    def ask(answer, count):
        sums = NeighborSums(game.labels)
        for distance in kept[:count]:
            predicted = np.where(farther > distance, game.labels, wrong)
            sums.add("noise", answer(0.1 + 0.6 * np.eye(4)[predicted]))
        return sums.result()

    asked = dataclasses.replace(game, questions=20, ask=ask)
    label = Candidate(LabelOnly, {})
    found = tradeoff.evaluate(label, asked)
    once = tradeoff.evaluate(label, game)
    assert once.asked_often is None
    np.testing.assert_array_equal(once.asked_once, once.pair_auc)
    np.testing.assert_array_equal(found.asked_once, once.pair_auc)
    assert found.attack.startswith("neighbors:")
    assert found.pair_inflation >= 2
    assert found.asked_often.mean() > found.asked_once.mean() + 0.1
    np.testing.assert_array_equal(found.pair_auc, found.asked_often)
    base = tradeoff.evaluate(None, asked)
    assert base.asked_often.mean() > 0.7


def point(auc, accuracy, nll):
    auc, accuracy, nll, ece = (np.array([v]) for v in (auc, accuracy, nll, 0.0))
    return Point("", "", auc, accuracy, nll, ece, True, auc, (auc[0], auc[0]))


def test_dominated():
    tried = [
        point(0.6, 0.9, 0.3),
        point(0.55, 0.9, 0.4),
        point(0.55, 0.9, 0.5),
        point(0.5, 0.8, 0.6),
        point(0.5505, 0.9, 0.401),  # no worse than the second, within the slack
        point(0.58, 0.9005, 0.4),  # no more accurate than the second, but leakier
    ]
    assert points.dominated(tried) == [False, False, True, False, False, True]
