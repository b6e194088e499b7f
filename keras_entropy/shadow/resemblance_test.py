import numpy as np
import pytest

from keras_entropy.shadow.plan import complementary_pairs
from keras_entropy.shadow.resemblance import MARGIN
from keras_entropy.shadow.resemblance import compare

N, K = 2000, 8
MEMBER = np.arange(N) < N // 2
PLAN = complementary_pairs(N, K, seed=0).membership


def hits(rng, member, inside, outside):
    return (rng.random(member.shape) < np.where(member, inside, outside)).astype(float)


def drawn(seed=0, target=(0.95, 0.8), anew=(0.95, 0.8), classes=(0.5, 0.5)):
    rng = np.random.default_rng(seed)
    labels = rng.choice(len(classes), N, p=classes)
    return compare(
        hits(rng, MEMBER, *target), hits(rng, PLAN, *anew), labels, MEMBER, PLAN
    )


def test_accuracies_are_of_the_same_examples():
    rng = np.random.default_rng(1)
    target, anew = rng.random(N).round(), rng.random((K, N)).round()
    labels = rng.integers(0, 3, N)
    found = compare(target, anew, labels, MEMBER, PLAN)
    assert found.target == pytest.approx((target[:1000].mean(), target[1000:].mean()))
    # Each example is in half of the models.
    members = anew[:, :1000][PLAN[:, :1000]].mean()
    others = anew[:, 1000:][~PLAN[:, 1000:]].mean()
    assert found.anew == pytest.approx((members, others))
    by_class = [target[:1000][labels[:1000] == c].mean() for c in range(3)]
    assert found.balanced_target[0] == pytest.approx(np.mean(by_class))


def test_equal_recipes_resemble_each_other():
    assert all(drawn(seed).resembles for seed in range(200))
    shifted = (0.95 - MARGIN + 0.02, 0.8 - MARGIN + 0.02)
    assert all(drawn(seed, anew=shifted).resembles for seed in range(200))


def test_models_that_learned_less_or_more_do_not():
    for anew in ((0.35, 0.33), (0.75, 0.75), (0.95, 0.6), (0.95, 0.99)):
        assert not any(drawn(seed, anew=anew).resembles for seed in range(50))


def test_answering_the_commonest_class_is_seen():
    rng = np.random.default_rng(0)
    labels = (rng.random(N) < 0.05).astype(int)
    target = (rng.random(N) < np.where(labels, 0.8, 0.99)).astype(float)
    anew = np.tile(1.0 - labels, (K, 1))
    found = compare(target, anew, labels, MEMBER, PLAN)
    assert np.subtract(found.target, found.anew).max() < MARGIN
    assert not found.resembles
    assert "by class" in str(found)


def test_few_examples_decide_little():
    found = compare(
        np.array([1.0, 1, 1, 0, 1]),
        np.array([[1.0, 0, 1, 0, 1], [1, 1, 0, 1, 0]]),
        np.array([0, 1, 0, 1, 0]),
        np.array([True, True, True, False, False]),
        np.array([[True, False, True, False, True], [False, True, False, True, False]]),
    )
    assert found.resembles
    assert min(found.allowed) > 0.5


def test_models_without_an_example_in_common_are_not_compared():
    found = compare(
        np.ones(4),
        np.zeros((2, 4)),
        np.zeros(4, int),
        np.array([True, True, False, False]),
        np.zeros((2, 4), bool),
    )
    assert found.allowed[0] == np.inf
    assert not found.resembles  # by the others
