import dataclasses

import numpy as np

from eval_suite.measurements.null_on_models import null_on_models
from eval_suite.subjects.answers import PairedModels
from keras_entropy.attacks.controls import planted_neighbors


class MadeUp:
    """Models whose answers do or don't tell what memberships say."""

    def __init__(self, leak):
        game = planted_neighbors.robust_game(np.random.default_rng(0))
        names = ("loss", "lira_online", "rmia_online")
        models = PairedModels(
            game.outputs, game.labels, game.membership, names, lambda: game.neighbors
        )
        drawn = game.membership[:, np.random.default_rng(1).permutation(800)]
        self.models = models if leak else dataclasses.replace(models, membership=drawn)

    def null_models(self, seed):
        return {"memberships drawn anew": self.models}


def test_what_has_no_signal_passes_and_what_has_one_does_not():
    rows = null_on_models(MadeUp(leak=False))
    assert all(row.passed for row in rows)
    assert {row.kind for row in rows} == {"null"}
    names = {row.attack for row in rows}
    assert "loss" not in names
    assert {"lira_online", "rmia_online", "neighbors:stacked"} < names
    assert rows[0].name.endswith("memberships drawn anew")
    leaky = null_on_models(MadeUp(leak=True))
    failed = {row.attack for row in leaky if not row.passed}
    assert {name for name in names if name.startswith("neighbors:")} <= failed


def test_without_questions_the_attacks_of_one_run():
    subject = MadeUp(leak=False)
    subject.models = dataclasses.replace(subject.models, neighbors=lambda: None)
    assert {row.attack for row in null_on_models(subject)} == {
        "lira_online",
        "rmia_online",
    }
