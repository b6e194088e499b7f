import copy
import json

import pytest

from eval_suite.measurements import committed_report
from eval_suite.measurements.committed_report import Expected
from eval_suite.measurements.committed_report import committed_strongest

RUN = {
    "dataset": {"digest": "abc"},
    "profile": {
        "models": 16,
        "epochs": 50,
        "batch_size": 32,
        "seed": 0,
        "architecture": "study_mlp (128-64-10)",
        "member_accuracy": 1.0,
    },
    "questions": {"count": 9, "families": [{"name": "noise-0.3", "questions": 9}]},
}


class Game:
    def __init__(self, run):
        self.describe = lambda: run


@pytest.fixture
def committed(tmp_path, monkeypatch):
    """A report of the same game, with figures of two defenses."""
    row = {
        "name": "M-6",
        "strongest_auc": 0.6,
        "strongest_auc_low": 0.55,
        "strongest_auc_high": 0.65,
    }
    unmeasured = {"name": "M-7", "strongest_auc": None}
    path = tmp_path / "results.json"
    whole = {key: RUN[key] for key in ("dataset", "profile")}
    whole["threat_model"] = {"questions": RUN["questions"]}
    path.write_text(json.dumps({**whole, "defenses": [row, unmeasured]}))
    monkeypatch.setattr(committed_report, "RESULTS", path)
    return path


def test_the_figures_of_the_same_game(committed):
    run = copy.deepcopy(RUN)
    run["profile"]["member_accuracy"] = 0.9  # a figure, and no part of the game
    assert committed_strongest(Game(run), "M-6") == Expected(0.6, 0.55, 0.65)
    assert committed_strongest(Game(run), "M-7") is None
    assert committed_strongest(Game(run), "M-8") is None


@pytest.mark.parametrize(
    ("block", "key"),
    [
        ("dataset", "digest"),
        ("profile", "models"),
        ("profile", "epochs"),
        ("profile", "batch_size"),
        ("profile", "seed"),
        ("profile", "architecture"),
    ],
)
def test_another_game_has_none(committed, block, key):
    run = copy.deepcopy(RUN)
    run[block][key] = "another"
    assert committed_strongest(Game(run), "M-6") is None


@pytest.mark.parametrize("threats", [{}, {"questions": None}])
def test_a_report_of_other_questions_has_none(committed, threats):
    found = json.loads(committed.read_text())
    committed.write_text(json.dumps({**found, "threat_model": threats}))
    assert committed_strongest(Game(RUN), "M-6") is None
    run = {**RUN, "questions": None}
    assert committed_strongest(Game(run), "M-6") == Expected(0.6, 0.55, 0.65)


def test_an_installed_package_has_no_report(committed):
    committed.unlink()
    assert committed_strongest(Game(RUN), "M-6") is None
