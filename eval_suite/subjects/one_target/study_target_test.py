import contextlib

import numpy as np
import pytest

from eval_suite.datasets.datasets import Dataset
from eval_suite.datasets.datasets import load
from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.options.profiles import Profile
from eval_suite.subjects.one_target.study_target import StudyTarget
from eval_suite.subjects.one_target.study_target import check_official_split
from eval_suite.subjects.one_target.study_target import sample_of
from eval_suite.subjects.questions import Questions
from keras_entropy import catalog
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)
from keras_entropy.shadow import Cache
from keras_entropy.training.recipe import TrainingData

ATTACKS = ("loss", "label_only", "logistic")
PROFILE = Profile("study", 1, 600, 20, 32, latency_rounds=8, attacks=ATTACKS)


@contextlib.contextmanager
def silent(title, total):
    yield lambda done: None


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return Cache(tmp_path_factory.mktemp("cache"))


def play(cache, **options):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 600)
    x = rng.normal(size=(5, 8))[labels] + rng.normal(scale=1.2, size=(600, 8))
    classes = tuple("abcde")
    dataset = Dataset("blobs", "here", x.astype("float32"), labels, classes, train=400)
    return StudyTarget(dataset, PROFILE, 0, silent, cache, **options)


def test_the_training_set_is_set_against_the_test_set(cache):
    target = play(cache)
    members, nonmembers = target.outputs("base")
    assert (members.shape, nonmembers.shape) == ((400, 5), (200, 5))
    found = target.utility("base")
    assert found["member_accuracy"] > found["accuracy"] > target.majority_share()
    comparison = AttackComparison(target, ["M-1"], seed=0)
    assert {r.attack for r in comparison.attacked("base").results} == set(ATTACKS)
    described = target.describe()
    assert described["profile"]["targets"] == 1


def test_heads_as_the_studys_code_trains_them(cache):
    """Without the ReLUs a head fitted to probabilities loses accuracy (M-13)."""
    as_said, as_done = play(cache), play(cache, as_published=True)
    base = as_said.utility("base")["accuracy"]
    loss = [base - target.utility("M-13")["accuracy"] for target in (as_said, as_done)]
    assert loss[0] < 0.05
    assert loss[1] > loss[0] + 0.05


def test_a_second_run_trains_nothing(cache, monkeypatch):
    expected = play(cache).outputs("base")
    monkeypatch.setattr(TrainingData, "train_models", None)
    again = play(cache).outputs("base")
    np.testing.assert_array_equal(again[0], expected[0])
    np.testing.assert_array_equal(again[1], expected[1])


def test_random_transforms_have_a_seed(cache, tmp_path):
    other = Cache(tmp_path)
    np.testing.assert_array_equal(
        play(cache).outputs("M-4")[0], play(other).outputs("M-4")[0]
    )
    assert not catalog.get("M-4").claims.deterministic


def test_a_study_is_asked_about_neighbors_of_all_examples(cache, monkeypatch):
    def asked():
        target = play(cache)
        sample = sample_of(target.dataset, 0)
        return play(
            cache,
            questions=Questions.about(
                target.dataset.x,
                target.dataset.y,
                reference=(sample.x, sample.y),
                count=12,
                seed=0,
            ),
        )

    target = asked()
    found = target.neighbors("base")
    assert found.labels.share().shape == (1, 600)
    comparison = AttackComparison(target, ["M-1"], seed=0)
    names = {result.attack for result in comparison.attacked("base").results}
    assert names == {*ATTACKS, *LONE_NEIGHBOR_ATTACKS}
    assert target.describe()["questions"]["count"] == 12
    expected = target.neighbors("M-6").labels.share()
    monkeypatch.setattr(TrainingData, "train_models", None)
    again = asked()
    np.testing.assert_array_equal(again.neighbors("M-6").labels.share(), expected)


def test_a_dataset_without_a_training_set():
    with pytest.raises(ValueError, match=r"digits.*Use --dataset mnist"):
        check_official_split(load("digits"))
