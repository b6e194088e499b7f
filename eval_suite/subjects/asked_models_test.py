import contextlib
import dataclasses

import numpy as np
import pytest

from eval_suite.datasets.datasets import Dataset
from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.options.profiles import Profile
from eval_suite.subjects.game.membership_game import MembershipGame
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.study_network import study_mlp
from keras_entropy import catalog
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.queries.behind_layer import FEW
from keras_entropy.queries.families.family import Family
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner

ATTACKS = ("loss", "label_only")
PROFILE = Profile("tiny", 4, 200, 12, 16, latency_rounds=8, attacks=ATTACKS)


class Noisy(Family):
    def question(self, x, y, number):
        noise = self.generator(number).normal(scale=0.5, size=x.shape)
        return (x + noise).astype(x.dtype)


@contextlib.contextmanager
def silent(title, total):
    done = []
    yield done.append
    assert sum(done) == total, title


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return Cache(tmp_path_factory.mktemp("cache"))


def play(cache, count=24):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 200)
    centers = rng.normal(size=(5, 8))
    x = (centers[labels] + rng.normal(scale=1.5, size=(200, 8))).astype("float32")
    dataset = Dataset("blobs", "made here", x, labels, tuple("abcde"))
    population, _ = dataset.split(0, PROFILE.examples)
    asked = count and Questions(population.x, population.y, [Noisy("noise")], count)
    network = study_mlp((8,), 5)
    return MembershipGame(
        dataset, network, PROFILE, 0, silent, cache, questions=asked or None
    )


@pytest.fixture(scope="module")
def game(cache):
    return play(cache)


def test_every_model_is_asked_what_it_predicts_of_each_neighbor(game):
    found = game.neighbors("base")
    population = game.population
    asked = Noisy("noise").questions(population.x, population.y, 24)
    for bits, x in zip(found.labels.right["noise"], asked, strict=True):
        predicted = game._models._stacks.predict(None, x).argmax(axis=2)
        np.testing.assert_array_equal(bits, predicted == population.y)


def test_layers_that_keep_the_label_share_one_object(game):
    base, cooled, binned = (
        game.neighbors(name).labels for name in ("base", "temperature", "binned-1")
    )
    assert cooled is binned is base
    ranked, trained = (
        game.neighbors(name).labels for name in ("hamp", "hamp-training")
    )
    assert ranked is trained is not base


def test_confidence_of_a_layer_is_that_of_its_first_questions(game, cache):
    few = play(cache, FEW)
    known, own = (each.neighbors("temperature") for each in (few, game))
    np.testing.assert_array_equal(known.confidence["noise"], own.confidence["noise"])


def test_a_random_layer_draws_anew_for_each_question(game):
    """Else its noise would not average out, as it does for one who asks often."""
    entry = dataclasses.replace(
        catalog.get("gaussian-noise"), config={"stddev": 0.3}, name="noisy"
    )
    answer = game._models._stacks.answer(catalog.get("gaussian-noise"))
    x = game.population.x
    assert np.abs(answer(x) - answer(x)).max() > 1e-3
    asked = game.neighbors(entry)
    assert asked.labels is not game.neighbors("base").labels


def test_a_second_run_asks_nothing(game, cache, monkeypatch):
    names = ("base", "temperature", "M-6", "hamp", "gaussian-noise")
    expected = {name: game.neighbors(name) for name in names}
    monkeypatch.setattr(Runner, "train", None)
    again = play(cache)
    monkeypatch.setattr(again._models._stacks, "behind", None)
    for name in names:
        found = again.neighbors(name)
        for family, bits in expected[name].labels.right.items():
            np.testing.assert_array_equal(found.labels.right[family], bits)
            np.testing.assert_array_equal(
                found.confidence[family], expected[name].confidence[family]
            )
    assert again.neighbors("temperature").labels is again.neighbors("base").labels
    with pytest.raises(TypeError):  # other questions are other answers
        play(cache, 25).neighbors("base")


def test_who_asks_nothing_says_so(game, cache):
    assert game.reason_without("questions") is None
    assert game.describe()["questions"] == game.identity()["questions"]
    assert game.questions["count"] == 24
    once = play(cache, 0)
    assert "--questions 0" in once.reason_without("questions")
    assert once.describe()["questions"] is once.identity()["questions"] is None
    assert once.neighbors("base") is None
    audit = once.answers("base").audit(slices=("entire",), seed=0)
    assert {result.attack for result in audit.attacks} == set(ATTACKS)


def test_answers_to_neighbors_are_attacked_and_forgotten_when_changed(game):
    answers = game.answers("temperature")
    audit = answers.audit(slices=("entire",), seed=0)
    asked = {r.attack for r in audit.attacks} - set(ATTACKS)
    assert {"neighbors:label_share", "neighbors:stacked"} <= asked
    changed = answers.changed(lambda rows: rows)
    audit = changed.audit(slices=("entire",), seed=0)
    assert {r.attack for r in audit.attacks} == set(ATTACKS)


def test_no_transform_leaks_more_than_none_by_the_same_questions(game):
    names = ["temperature", "binned-1", "M-1"]
    comparison = AttackComparison(game, names, seed=0)
    kinds = {name: comparison.strongest_by_kind(name) for name in ("base", *names)}
    floor = kinds["base"]["labels_alone"]
    for name in names:
        assert comparison.excess(name) is None
        assert not AttackName.parse(kinds[name]["asked_once"].attack).asks_often
        assert AttackName.parse(kinds[name]["asked_often"].attack).asks_often
        if name != "M-1":  # which changes labels
            assert kinds[name]["labels_alone"].auc == floor.auc
    # The strongest of all is chosen among both.
    every = comparison.attacked("binned-1").strongest.attack
    assert every in {kind.attack for kind in kinds["binned-1"].values()}
