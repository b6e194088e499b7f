import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import special

from eval_suite.measurements.tradeoff import strengths
from eval_suite.measurements.tradeoff.frontier import Frontier
from eval_suite.measurements.tradeoff.frontier import FrontierAttacks
from eval_suite.subjects.answers import PairedModels
from keras_entropy import catalog
from keras_entropy.attacks import adaptive_results
from keras_entropy.attacks import paired_difference
from keras_entropy.search import candidates
from keras_entropy.search import points
from keras_entropy.search.points import Point
from keras_entropy.shadow import complementary_pairs


def test_rows_hold_means_and_intervals():
    values = np.array([0.5, 0.6, 0.55, 0.55])
    point = Point(
        "a", "loss", values, values, values, np.zeros(4), True, values, (0.5, 0.5)
    )
    found = Frontier([point], [False])
    (row,) = found.rows()
    assert row["auc"] == pytest.approx(0.55)
    # t interval: 3.182 standard errors of four values.
    half = 3.1824 * values.std(ddof=1) / 2
    assert row["auc_high"] - row["auc"] == pytest.approx(half, rel=1e-3)
    assert row["ece_low"] == row["ece_high"] == 0
    # The halves that chose depend on each other.
    wide = dataclasses.replace(point, pair_inflation=4.0)
    (row,) = Frontier([wide], [False]).rows()
    assert row["auc_high"] - row["auc"] == pytest.approx(2 * half, rel=1e-3)
    assert row["accuracy_high"] - row["accuracy"] == pytest.approx(half, rel=1e-3)
    assert paired_difference(wide, point).high == paired_difference(point, wide).high
    assert row["dominated"] is False
    assert found.get("a") is point
    with pytest.raises(KeyError, match="Known: "):
        found.get("b")


def test_an_auc_above_its_bound_is_told():
    values = np.array([0.6, 0.62, 0.61, 0.61])
    private = Point(
        name="a",
        attack="loss",
        pair_auc=values,
        accuracy=values,
        nll=values,
        ece=values,
        keeps_argmax=True,
        asked_once=values,
        half_auc=(0.6, 0.6),
    )
    other = dataclasses.replace(private, name="b")
    points, beaten = [private, other], [False, False]
    assert Frontier(points, beaten, {"a": 0.605}).above_bounds() == []
    (text,) = Frontier(points, beaten, {"a": 0.55}).above_bounds()
    assert text.startswith("a: loss has AUC 0.6100, at least 0.59")
    assert [row["auc_bound"] for row in Frontier(points, beaten, {"b": 1}).rows()] == [
        None,
        1,
    ]


class MadeUpGame:
    """Eight models of four classes that are surer of their members."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.labels = rng.integers(0, 4, 200)
        self.membership = complementary_pairs(200, 8, seed=0).membership
        logits = rng.normal(size=(8, 200, 4)) + 2 * np.eye(4)[self.labels]
        logits[self.membership] += np.tile(1.5 * np.eye(4)[self.labels], (8, 1, 1))[
            self.membership
        ]
        self.outputs = special.softmax(logits, axis=-1).astype("float32")

    def paired_models(self, defense):
        outputs = self.outputs
        if isinstance(defense, str) and defense != "base":
            defense = catalog.get(defense)
        if defense != "base":
            outputs = np.asarray(defense.create()(outputs))
        return PairedModels(
            outputs, self.labels, self.membership, points.SEARCH_ATTACKS
        )


def test_every_candidate_and_strength_is_played(monkeypatch):
    kept = {name: strengths.at(name) for name in ("M-5", "label-only")}
    monkeypatch.setattr(strengths, "entries", lambda: list(kept.values()))
    few = [c for c in candidates.CANDIDATES if "UniformMixing" in c.name][:1]
    monkeypatch.setattr(candidates, "CANDIDATES", few)
    monkeypatch.setattr(candidates, "KEYED_CANDIDATES", ())
    few_attacks = ("loss", "label_only", "lira_online", "rmia_tempered")
    monkeypatch.setattr(points, "SEARCH_ATTACKS", few_attacks)
    game = MadeUpGame()
    asked = []

    def attacked(name):
        asked.append(name)
        results = game.paired_models(catalog.get(name)).audit(slices=["entire"], seed=0)
        return SimpleNamespace(entire=lambda: results.attacks)

    def of_undefended():
        own = game.paired_models("base").audit(slices=["entire"], seed=0)
        tempered = game.paired_models("temperature").audit(slices=["entire"], seed=0)
        return [*own.attacks, *adaptive_results(tempered.attacks, "temperature")]

    comparison = SimpleNamespace(
        subject=game,
        names=["label-only"],
        start=lambda name: None,
        attacked=attacked,
        base_results=of_undefended,
    )
    found = FrontierAttacks(comparison, seed=0).play()
    # What is in the table is not attacked again.
    assert asked == ["label-only"]
    names = [candidates.NO_DEFENSE, few[0].name, *(e.name for e in kept.values())]
    assert [point.name for point in found.points] == names
    base, mixed, _, label = found.points
    assert base.pair_auc.mean() > 0.65
    assert label.pair_auc.mean() < base.pair_auc.mean() - 0.05
    # What can be undone protects as little as no defense.
    np.testing.assert_allclose(mixed.pair_auc, base.pair_auc, atol=0.03)
    # The flattest answers can be undone as well, and have by far the worse NLL; the
    # others each have the best of AUC or NLL, or an AUC between.
    assert found.dominated == [False, False, True, False]
