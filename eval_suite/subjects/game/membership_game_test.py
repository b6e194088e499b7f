import contextlib
import dataclasses

import numpy as np
import pytest

from eval_suite.datasets.datasets import Dataset
from eval_suite.measurements.attacks.attack_comparison import MARGIN
from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.entropy_histogram import entropy_distribution
from eval_suite.options.profiles import QUICK
from eval_suite.options.profiles import Profile
from eval_suite.subjects.game.membership_game import MembershipGame
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.study_network import study_mlp
from keras_entropy import catalog
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner

PROFILE = Profile("tiny", 8, 400, 12, 16, latency_rounds=8, attacks=QUICK)


@contextlib.contextmanager
def silent(title, total):
    done = []
    yield done.append
    assert sum(done) == total, f"{title}: the bar ended at {sum(done)} of {total}"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return Cache(tmp_path_factory.mktemp("cache"))


def play(cache, seed=0, **settings):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 400)
    centers = rng.normal(size=(5, 8))
    x = (centers[labels] + rng.normal(scale=1.5, size=(400, 8))).astype("float32")
    dataset = Dataset("blobs", "made here", x, labels, tuple("abcde"))
    model = study_mlp((8,), 5)
    return MembershipGame(dataset, model, PROFILE, seed, silent, cache, **settings)


@pytest.fixture(scope="module")
def game(cache):
    return play(cache)


@pytest.fixture(scope="module")
def comparison(game):
    return AttackComparison(game, ["M-1", "temperature", "M-6"], seed=0)


def adjusted(comparison):
    return comparison.subject.adjusted_p_values(
        comparison.transforms, comparison.beside_base, margin=MARGIN
    )


def test_everyone_is_in_half_of_the_models(game):
    assert game.membership.shape == (8, 340)
    assert (game.membership.sum(axis=0) == 4).all()
    assert (game.membership[0::2] == ~game.membership[1::2]).all()
    assert len(game.reference.x) == 60


def test_members_are_fitted_better(game):
    found = game.utility("base")
    assert found["member_accuracy"] > found["accuracy"] > game.majority_share()
    assert found["accuracy_low"] < found["accuracy"] < found["accuracy_high"]


def test_a_transform_acts_on_the_base_models_answers(game):
    layer = catalog.get("M-1").create()
    expected = np.asarray(layer(game.outputs("base")))
    np.testing.assert_allclose(game.outputs("M-1"), expected, atol=1e-6)


def test_a_defense_that_is_trained_and_fitted(game):
    ranked, trained = game.outputs("hamp"), game.outputs("hamp-training")
    np.testing.assert_array_equal(ranked.argsort(axis=2), trained.argsort(axis=2))
    profiles = np.sort(ranked, axis=2)
    assert (profiles == profiles[:, :1]).all()  # one row of numbers for each model
    assert len(np.unique(profiles[:, 0, -1])) == PROFILE.models
    model = game.live_model("hamp")
    assert model(game.probe()[:3]).shape == (3, 5)


def test_an_entry_at_another_strength_is_another_defense(game, cache, monkeypatch):
    entry = dataclasses.replace(catalog.get("temperature"), config={"temperature": 9.0})
    layer = entry.create()
    expected = np.asarray(layer(game.outputs("base")))
    np.testing.assert_allclose(game.outputs(entry), expected, atol=1e-6)
    assert np.abs(game.outputs(entry) - game.outputs("temperature")).max() > 0.01
    # Under another name it is the same, and found in the cache.
    named = dataclasses.replace(catalog.get("temperature"), name="another name")
    again = play(cache)
    monkeypatch.setattr(again._models, "_stacks", None)
    np.testing.assert_array_equal(again.outputs(named), game.outputs("temperature"))


def test_a_second_run_trains_nothing(game, cache, monkeypatch):
    expected = game.outputs("M-6")
    monkeypatch.setattr(Runner, "train", None)
    again, other = play(cache), play(cache, seed=1)
    np.testing.assert_array_equal(again.outputs("M-6"), expected)
    with pytest.raises(TypeError):  # another seed is another game
        other.outputs("base")


def test_the_inverse_attack_undoes_a_temperature(comparison):
    base, defended = (
        {r.attack: r for r in comparison.attacked(name).results if r.slice == "entire"}
        for name in ("base", "temperature")
    )
    for attack in ("loss", "confidence", "modified_entropy"):
        undone = defended[f"inverse:{attack}"]
        assert undone.auc == pytest.approx(base[attack].auc, abs=2e-3)
        assert undone.group == "adaptive"


def test_the_base_may_be_attacked_through_a_defense(comparison):
    alone = comparison.attacked("base").strongest
    pooled = comparison.base_headline()
    assert pooled.auc >= alone.auc - 0.05
    names = {pooled.attack, *pooled.chosen}
    known = {r.attack for r in comparison.attacked("base").results}
    known |= {
        f"{name}:{r.attack}"
        for name in ("M-1", "temperature")
        for r in comparison.attacked(name).results
    }
    assert names <= known


def test_post_processing_is_not_worse_than_nothing(comparison):
    p_values = adjusted(comparison)
    assert sorted(p_values) == ["M-1", "temperature"]  # M-6 is trained
    for name, p_value in p_values.items():
        assert p_value > 0.05
        assert comparison.excess(name) is None
        difference = comparison.difference(name)
        assert difference.low <= difference.value <= difference.high


def test_a_worse_transform_is_seen(comparison, monkeypatch):
    """A layer that answers with the membership can't be a post-processing."""
    game = comparison.subject
    leak = np.where(game.membership[..., None], [[0.9, 0.1, 0, 0, 0]], [[0.2] * 5])
    rigged = AttackComparison(game, ["M-1", "temperature"], seed=0)
    honest = game.outputs
    monkeypatch.setattr(
        game,
        "outputs",
        lambda name: leak.astype("float32") if name == "M-1" else honest(name),
    )
    p_values = adjusted(rigged)
    assert p_values["M-1"] < 0.05
    assert p_values["temperature"] > 0.05
    assert "against no defense (adjusted p = " in rigged.excess("M-1")
    assert rigged.excess("temperature") is None


def test_entropy_distributions_are_densities(game):
    found = entropy_distribution(game, "base")
    width = np.diff(found["edges"])
    for side in ("member", "nonmember"):
        assert (np.array(found[side]) * width).sum() == pytest.approx(1)
    assert found["edges"][-1] == pytest.approx(np.log(5))


def test_the_smallest_detectable_leak_is_an_auc(comparison):
    loss = next(r for r in comparison.attacked("base").results if r.attack == "loss")
    rise = comparison.minimum_detectable_auc() - 0.5
    # Four pairs: (t 95 % + t 80 %) of 3 degrees of freedom, 2.353 + 0.978.
    error = loss.pair_auc.std(ddof=1) / 2
    assert rise == pytest.approx(3.332 * error, rel=1e-3)


def test_where_the_start_is_known_all_models_begin_alike(cache, game):
    def spread(played):
        """Of the weights over models, where each is the mean over single weights."""
        stack = played._models._data.initialize(played.model)
        kernel = stack.values(played.model)[0]
        return np.ptp(kernel, axis=0).mean()

    one = play(cache, one_start=True)
    assert spread(one) == 0 < spread(game)
    assert one.outputs("base").shape == game.outputs("base").shape
    assert (one.outputs("base") != game.outputs("base")).any()
    # They see other examples, in another order.
    assert (one.outputs("base")[0] != one.outputs("base")[2]).any()
    heads = one.outputs("M-6")
    assert (heads != game.outputs("M-6")).any()


def test_a_known_start_has_a_headline_of_its_own(cache, game, comparison):
    assert comparison.known_start("base") is None
    both = play(cache, known_start=play(cache, one_start=True))
    found = AttackComparison(both, ["temperature"], seed=0)
    alone = AttackComparison(both.known_start, ["temperature"], seed=0)
    assert found.known_start("temperature").auc == (
        alone.attacked("temperature").strongest.auc
    )
    assert found.attacked("temperature").strongest.auc == (
        comparison.attacked("temperature").strongest.auc
    )


def test_models_on_which_every_attack_must_fail(game):
    found = game.null_models(seed=5)
    drawn = found["memberships drawn anew"]
    assert drawn.outputs is game.outputs("base")
    assert (drawn.membership != game.membership).mean() == pytest.approx(0.5, abs=0.1)
    unseen = found["models trained on other data"]
    assert unseen.outputs.shape == (8, 60, 5)
    np.testing.assert_array_equal(unseen.labels, game.reference.y)
    for models in found.values():
        assert (models.membership[0::2] == ~models.membership[1::2]).all()
        assert models.neighbors() is None


@pytest.fixture(scope="module")
def with_canaries(cache):
    return play(cache, canaries=20)


def test_canaries_leave_all_else_as_it_is(game, with_canaries):
    np.testing.assert_array_equal(with_canaries.outputs("base"), game.outputs("base"))
    np.testing.assert_array_equal(with_canaries.outputs("M-6"), game.outputs("M-6"))
    canaries = with_canaries.canaries("base")
    assert canaries.outputs.shape == (8, 20, 5)
    assert (canaries.membership.sum(axis=0) == 4).all()
    assert game.canaries("base") is None
    # Baselines of the one hold for the other.
    assert game.identity() == with_canaries.identity()
    assert with_canaries.describe()["dataset"]["canaries"] == 20
    assert game.describe()["dataset"]["canaries"] == 0


def test_canaries_are_learned_beside_the_population(with_canaries):
    canaries = with_canaries.canaries("base")
    given = np.take_along_axis(canaries.outputs, canaries.labels[None, :, None], 2)
    learned = [
        given[side].mean() for side in (canaries.membership, ~canaries.membership)
    ]
    assert learned[0] > 1.2 * learned[1]
    # Models that learn nothing but canaries would know no example.
    models = with_canaries._with_canaries
    hits = models.outputs_about(with_canaries.population).argmax(-1)
    assert (hits == with_canaries.labels)[with_canaries.membership].mean() > 0.7


def test_canaries_are_attacked_apart_from_the_population(with_canaries):
    found = AttackComparison(with_canaries, ["temperature", "M-6"], seed=0)
    for name in ("base", "temperature", "M-6"):
        row = found.on_canaries.row(name)
        assert row["auc"] > found.attacked(name).strongest.auc
        assert {r.n_members for r in found.on_canaries.results(name)} == {10}
        assert {r.n_members for r in found.attacked(name).entire()} == {170}
    through = {result.attack for result in found.on_canaries.results("base")}
    assert any(name.startswith("temperature:") for name in through)


def test_canaries_are_asked_about_often(cache):
    game = play(cache, canaries=20)
    questions = Questions.about(
        game.population.x,
        game.population.y,
        reference=(game.reference.x, game.reference.y),
        count=8,
        seed=0,
    )
    asked = play(cache, canaries=20, questions=questions)
    asked.neighbors("base").check(8, 340)
    of_canaries = asked.canaries("base").neighbors()
    of_canaries.check(8, 20)
    # What labels alone tell is computed once for all that keep the label.
    assert asked.canaries("temperature").neighbors().labels is of_canaries.labels
    found = AttackComparison(asked, [], seed=0)
    names = {result.attack for result in found.on_canaries.results("base")}
    assert "neighbors:stacked" in names


def test_one_training_is_audited_by_epoch_once(cache, game):
    rows = game.audited_epochs("base")
    assert [row["epoch"] for row in rows] == list(range(1, PROFILE.epochs + 1))
    assert {row["defense"] for row in rows} == {"base"}
    # The data of the game are noisy: what is learned by heart shows.
    assert rows[-1]["auc"] > rows[0]["auc"]
    assert game.audited_epochs("M-6") == []  # a head on a trained model

    kept = play(cache)
    kept._models._progress = None  # nothing is trained any more
    assert kept.audited_epochs("base") == rows


def test_a_temperature_behind_a_training_is_undone_first(game):
    compared = AttackComparison(game, ["reference-only"], seed=0)
    audits = compared.attacked("reference-only").audits
    assert list(audits) == ["", "inverse"]
    plain = game.outputs(catalog.get("reference-only").training)
    behind = game.outputs("reference-only")
    assert np.abs(plain - behind).max() > 0.01
    np.testing.assert_array_equal(plain.argmax(-1), behind.argmax(-1))
