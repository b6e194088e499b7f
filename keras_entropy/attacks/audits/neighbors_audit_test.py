"""Both audits with answers to neighbors of the examples."""

import numpy as np
import pytest

from keras_entropy.attacks import GAME_ATTACKS
from keras_entropy.attacks import NEIGHBOR_ATTACKS
from keras_entropy.attacks import Neighbors
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.controls import planted_neighbors
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.neighbors import NeighborLabels

ONCE = ("loss", "label_only", "lira_online", "rmia_online")


@pytest.fixture(scope="module")
def game():
    return planted_neighbors.robust_game(np.random.default_rng(0))


def of_models(neighbors, rows):
    right = {name: bits[:, rows] for name, bits in neighbors.labels.right.items()}
    confidence = {name: values[rows] for name, values in neighbors.confidence.items()}
    return Neighbors(NeighborLabels(right), confidence)


def test_who_asks_often_finds_what_one_question_hides(game):
    outputs, labels, membership, neighbors = game
    audit = audit_game(
        outputs,
        labels,
        membership,
        neighbors=neighbors,
        attacks=(*ONCE, *NEIGHBOR_ATTACKS),
    )
    once = audit.strongest_among(lambda name: not name.asks_often)
    often = audit.strongest_among(lambda name: name.asks_often)
    alone = audit.strongest_among(lambda name: name.reads_labels_alone)
    assert audit.strongest.attack.startswith("neighbors:")
    assert audit.strongest.auc == often.auc
    assert once.auc < 0.65 < 0.8 < alone.auc <= often.auc + 0.01
    assert {row.attack for row in audit.attacks} == {*ONCE, *NEIGHBOR_ATTACKS}
    assert audit.get("neighbors:lira").group == "neighbors"
    assert audit.get("neighbors:lira").pair_inflation > 1
    assert audit.get("neighbors:rmia").pair_inflation == 1
    assert audit.strongest_among(lambda name: name.base == "forest") is None


def test_without_neighbors_the_attacker_asks_once(game):
    outputs, labels, membership, _ = game
    audit = audit_game(outputs, labels, membership)
    assert {row.attack for row in audit.attacks} == set(GAME_ATTACKS)
    assert audit.strongest_among(lambda name: name.asks_often) is None
    with pytest.raises(ValueError, match=r"neighbors:lira"):
        audit_game(outputs, labels, membership, attacks="neighbors:lira")


def test_fewer_targets_keep_all_shadows(game):
    outputs, labels, membership, neighbors = game
    names = ("neighbors:label_share", "neighbors:rmia", "lira_offline")
    all_of_them, some = (
        audit_game(
            outputs,
            labels,
            membership,
            neighbors=neighbors,
            attacks=names,
            targets=targets,
        )
        for targets in (None, 8)
    )
    for name in names:
        whole = all_of_them.get(name).pair_auc
        np.testing.assert_array_equal(some.get(name).pair_auc, whole[:4])


def test_neighbors_are_asked_about_where_an_attack_says_so(game):
    outputs, labels, membership, neighbors = game
    given = {"targets": 8, "attacks": ("loss", "neighbors:label_share")}
    audit = audit_game(outputs, labels, membership, neighbors=neighbors, **given)
    once, often = (audit.get(name).pair_auc for name in given["attacks"])
    given["attacks"] = "loss"
    alone = audit_game(outputs, labels, membership, **given).get("loss").pair_auc
    np.testing.assert_array_equal(once, alone)
    assert (once < often).all()


def test_neighbors_of_other_examples_are_refused(game):
    outputs, labels, membership, neighbors = game
    with pytest.raises(ValueError, match="questions about the same examples"):
        audit_game(
            outputs, labels, membership, neighbors=of_models(neighbors, slice(4))
        )
    with pytest.raises(ValueError, match=r"`shadows\.neighbors`"):
        Shadows(outputs, membership, of_models(neighbors, slice(4)))


def sides(game):
    """The first model as target, members first; the others as its shadows."""
    outputs, labels, membership, neighbors = game
    order = np.argsort(~membership[0], kind="stable")
    members = membership[0].sum()

    def sorted_of(rows):
        found = of_models(neighbors, rows)
        right = {f: bits[..., order] for f, bits in found.labels.right.items()}
        confidence = {f: values[:, order] for f, values in found.confidence.items()}
        return Neighbors(NeighborLabels(right), confidence)

    first, second = order[:members], order[members:]
    given = outputs[0, first], labels[first], outputs[0, second], labels[second]
    shadows = Shadows(
        outputs[2:, order], membership[2:, order], sorted_of(slice(2, None))
    )
    return given, sorted_of(slice(1)), shadows


def test_one_target_alone_and_beside_shadows(game):
    given, neighbors, shadows = sides(game)
    alone = audit_outputs(*given, neighbors=neighbors, attacks="all")
    asked = [row.attack for row in alone.attacks if row.group == "neighbors"]
    assert asked == ["neighbors:label_share", "neighbors:confidence"]
    beside = audit_outputs(
        *given, neighbors=neighbors, shadows=shadows, attacks=NEIGHBOR_ATTACKS
    )
    plain, calibrated = (a.get("neighbors:label_share").auc for a in (alone, beside))
    assert 0.65 < plain < calibrated - 0.05
    often = alone.strongest_among(lambda name: name.asks_often)
    once = alone.strongest_among(lambda name: not name.asks_often)
    assert once.auc < often.auc
    assert alone.strongest.attack in asked


def test_shadows_that_were_not_asked_calibrate_nothing(game):
    given, neighbors, shadows = sides(game)
    silent = Shadows(shadows.outputs, shadows.membership)
    audit = audit_outputs(*given, neighbors=neighbors, shadows=silent)
    asked = {row.attack for row in audit.attacks if row.group == "neighbors"}
    assert asked == {"neighbors:label_share", "neighbors:confidence"}


def test_example_scores_are_what_the_audit_measures(game):
    given, neighbors, shadows = sides(game)
    outputs, labels = given[::2], given[1::2]
    scores = attack_scores(
        outputs, labels, NEIGHBOR_ATTACKS, shadows=shadows, neighbors=neighbors
    )
    audit = audit_outputs(
        *given, neighbors=neighbors, shadows=shadows, attacks=NEIGHBOR_ATTACKS
    )
    member = np.arange(len(labels[0]) + len(labels[1])) < len(labels[0])
    for name in NEIGHBOR_ATTACKS:
        values = scores[name].values
        greater = values[member][:, None] - values[~member]
        auc = (greater > 0).mean() + (greater == 0).mean() / 2
        assert audit.get(name).auc == pytest.approx(auc, abs=1e-9)
