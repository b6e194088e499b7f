"""One recipe from training to its figures, on a few small models."""

import numpy as np
import pytest

from eval_suite.datasets import datasets
from eval_suite.doctor import cells
from eval_suite.doctor import recipes
from eval_suite.doctor.cell_figures import measure
from eval_suite.doctor.design import Cell
from eval_suite.doctor.population import Tools
from eval_suite.measurements.processes.attack_processes import at_once
from eval_suite.subjects.subject import no_bar
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.controls.planted_neighbors import noise_neighbors
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner

CELL = Cell(width=16, epochs=3, regularization="label smoothing", size=200)


def test_a_recipe_is_played_and_kept(tmp_path):
    tools = Tools(Cache(tmp_path), Runner(), no_bar)
    digits = datasets.load("digits")
    (row,) = cells.play([CELL], digits, 0, tools, at_once)
    assert 0.1 < row["accuracy"] < 1
    assert row["overfitting"] == pytest.approx(
        row["member_accuracy"] - row["accuracy"], abs=0.05
    )
    kept = set(tmp_path.iterdir())
    assert cells.play([CELL], digits, 0, tools, at_once) == [row]
    assert set(tmp_path.iterdir()) == kept


@pytest.mark.parametrize(
    "regularization", ["none", "l2", "dropout", "label smoothing", "noise", "shift"]
)
def test_every_regularization_is_a_network_that_answers(regularization):
    digits = datasets.load("digits")
    model = recipes.build(Cell(16, 5, regularization, 200), digits)
    answers = model.predict(digits.x[:3], verbose=0)
    np.testing.assert_allclose(answers.sum(axis=-1), 1, rtol=1e-5)
    assert answers.shape == (3, 10)


def test_only_pictures_are_shifted():
    table = datasets.Dataset(
        "table", "", np.zeros((4, 30), "float32"), np.arange(4), tuple("abcd")
    )
    with pytest.raises(ValueError, match=r"no pictures.*\(4, 30\)"):
        recipes.build(Cell(16, 5, "shift", 200), table)


def test_figures_of_each_half_are_its_own():
    rng = np.random.default_rng(0)
    outputs, labels, membership = planted.planted_game(rng)
    outputs, membership = outputs[:8].copy(), membership[:8]
    neighbors = noise_neighbors(8, labels, rng)
    row = measure(CELL, outputs, labels, membership, neighbors=neighbors, seed=0)
    # The second half of the models answers the same to all: they leak nothing.
    outputs[4:] = 0.1
    flat = measure(CELL, outputs, labels, membership, neighbors=neighbors, seed=0)
    for name in ("overfitting", "js_entropy", "js_cross_entropy"):
        assert flat[name] == row[name]
    assert flat["loss_auc"][0] == row["loss_auc"][0]
    assert row["loss_auc"][1] > 0.6
    assert flat["loss_auc"][1] == 0.5
