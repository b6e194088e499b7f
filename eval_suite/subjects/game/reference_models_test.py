import contextlib

import numpy as np
import pytest

from eval_suite.datasets.datasets import Dataset
from eval_suite.options.profiles import Profile
from eval_suite.subjects.game.membership_game import MembershipGame
from eval_suite.subjects.game.reference_models import draw_halves
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.study_network import study_mlp
from keras_entropy import catalog
from keras_entropy.attacks import audit_game
from keras_entropy.shadow import Cache
from keras_entropy.shadow import complementary_pairs
from keras_entropy.training.reference_fitting import fit_to_stack

ATTACKS = ("loss", "confidence", "label_only", "lira_online", "rmia_tempered")
PROFILE = Profile("tiny", 8, 600, 12, 16, latency_rounds=8, attacks=ATTACKS)


@contextlib.contextmanager
def silent(title, total):
    done = []
    yield done.append
    assert sum(done) == total, f"{title}: the bar ended at {sum(done)} of {total}"


def dataset():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 600)
    centers = rng.normal(size=(3, 8))
    x = (centers[labels] + rng.normal(scale=1.5, size=(600, 8))).astype("float32")
    return Dataset("blobs", "made here", x, labels, tuple("abc"))


def play(cache, **settings):
    data = dataset()
    population, reference = data.split(0, PROFILE.examples)
    questions = Questions.about(
        population.x,
        population.y,
        reference=(reference.x, reference.y),
        count=8,
        seed=0,
    )
    return MembershipGame(
        data,
        study_mlp((8,), 3),
        PROFILE,
        0,
        silent,
        cache,
        questions=questions,
        **settings,
    )


@pytest.fixture(scope="module")
def game(tmp_path_factory):
    cache = Cache(tmp_path_factory.mktemp("cache"))
    return play(cache, halves_reference=True)


def aucs(models, membership=None):
    held = models.membership if membership is None else membership
    found = audit_game(
        models.outputs,
        models.labels,
        held,
        attacks=ATTACKS,
        neighbors=models.neighbors(),
    )
    return {result.attack: result for result in found.attacks}


def test_each_pair_of_models_shares_the_reference_out(game):
    models = game.halves_of_reference("binned-1")
    assert models.membership.shape == (8, 90)
    assert (models.membership[0::2] == ~models.membership[1::2]).all()
    assert models.outputs.shape == (8, 90, 3)
    assert draw_halves(39, 8, seed=0) is None
    assert draw_halves(41, 40, seed=0).shape == (16, 40)


def test_who_uses_no_reference_is_not_asked(game, tmp_path):
    for name in ("base", "M-1", "label-smoothing", "dp-sgd"):
        assert game.halves_of_reference(name) is None
    assert play(Cache(tmp_path)).halves_of_reference("binned-1") is None


def test_a_table_is_fitted_to_the_half_of_its_model(game):
    found = game.halves_of_reference("binned-1")
    model, stack = game._models.behind(None)
    x, y = game.reference.x[:90], game.reference.y[:90]
    layer = catalog.get("binned-1").create()
    for number in (0, 5):
        held = found.membership[number]
        one = stack.select([number])
        defended, values = fit_to_stack(layer, model, one, x[held], y[held])
        defended.set_weights([value[0] for value in values.values(defended)])
        expected = defended.predict(x, verbose=0)
        np.testing.assert_allclose(found.outputs[number], expected, atol=1e-6)
        layer = catalog.get("binned-1").create()


def test_training_on_half_of_the_reference_is_found_out(game):
    models = game.halves_of_reference("reference-only")
    found = aucs(models)
    assert found["lira_online"].auc > 0.75
    assert found["lira_online"].auc_low > 0.6
    # What labels alone tell is the difference in accuracy.
    right = (models.outputs.argmax(-1) == models.labels).astype(float)
    inside, outside = models.membership, ~models.membership
    gap = right[inside].mean() - right[outside].mean()
    assert found["label_only"].auc == pytest.approx(0.5 + gap / 2, abs=2e-3)


def test_memberships_drawn_anew_tell_nothing(game):
    models = game.halves_of_reference("reference-only")
    found = {name: [] for name in aucs(models)}
    for seed in range(20):
        drawn = complementary_pairs(90, 8, seed=1000 + seed).membership
        for name, result in aucs(models, drawn).items():
            found[name].append(result.auc)
    for name, values in found.items():
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        assert abs(np.mean(values) - 0.5) < 4 * error, name


def test_undefended_models_know_none_of_it(game):
    halves = game._on_halves
    outputs = halves.outputs("base")
    others = game._models.outputs_about(halves.examples)
    np.testing.assert_allclose(outputs, others, atol=1e-6)
    found = audit_game(
        outputs, halves.examples.y, halves.membership, attacks=["loss", "lira_online"]
    )
    for result in found.attacks:
        assert result.auc_low < 0.5 < result.auc_high


def test_a_second_run_trains_nothing(game, monkeypatch):
    expected = game.halves_of_reference("reference-only").outputs
    again = play(game._models._cache, halves_reference=True)
    monkeypatch.setattr(again._on_halves, "_stacks", None)
    found = again.halves_of_reference("reference-only").outputs
    np.testing.assert_array_equal(found, expected)
