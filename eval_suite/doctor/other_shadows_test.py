import numpy as np
import pytest

from eval_suite.doctor import other_shadows
from eval_suite.doctor.augmented import chosen
from keras_entropy.attacks import audit_game
from keras_entropy.attacks.controls import planted


@pytest.fixture(scope="module")
def game():
    return planted.planted_game(np.random.default_rng(0))


def test_with_shadows_like_the_target_it_is_the_game(game):
    outputs, labels, membership = game
    attacks = list(other_shadows.ATTACKS)
    found = other_shadows.shadow_aucs(outputs, outputs, labels, membership, attacks, 0)
    audit = audit_game(outputs, labels, membership, attacks=attacks)
    expected = {result.attack: result.pair_auc for result in audit.attacks}
    for attack in attacks:
        np.testing.assert_allclose(found[attack], expected[attack], atol=1e-9)


def test_shadows_like_the_target_lose_nothing(game):
    outputs, labels, membership = game
    rows = other_shadows.compare(outputs, {"the same": outputs}, labels, membership, 0)
    assert [row["effect"] for row in rows] == [0, 0]
    assert {row["decision"] for row in rows} == {"supported"}


def test_shadows_that_know_nothing_lose(game):
    outputs, labels, membership = game
    flat = np.full_like(outputs, 1 / outputs.shape[-1])
    flat += 1e-3 * np.random.default_rng(1).random(flat.shape).astype(flat.dtype)
    flat /= flat.sum(axis=-1, keepdims=True)
    rows = other_shadows.compare(outputs, {"noise": flat}, labels, membership, 0)
    assert all(row["effect"] < -0.01 for row in rows)


def test_the_strongest_is_chosen_on_the_other_pairs():
    aucs = np.array([[0.9, 0.9, 0.5, 0.5], [0.6, 0.6, 0.8, 0.8]])
    np.testing.assert_allclose(chosen(aucs), [0.6, 0.6, 0.5, 0.5])
    noise = 0.5 + 0.01 * np.random.default_rng(2).normal(size=(2, 400))
    assert chosen(noise).mean() == pytest.approx(0.5, abs=0.003)
