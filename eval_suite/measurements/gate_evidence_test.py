import types

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.example_scores import scores_of
from eval_suite.measurements.gate_evidence import accuracy_drop
from eval_suite.measurements.gate_evidence import auc_rows
from eval_suite.subjects.measured import Correctness
from eval_suite.subjects.one_target.given_outputs import GivenOutputs
from eval_suite.subjects.paired_targets import PairedTargets


def test_drop_is_the_paired_difference_and_its_error():
    rng = np.random.default_rng(0)
    base, defended = rng.random((2, 8, 2))
    right = {
        "base": Correctness(base, degrees=7),
        "M-1": Correctness(defended, degrees=7),
    }
    subject = types.SimpleNamespace(correctness=right.__getitem__)
    found = accuracy_drop(subject, "M-1")
    units = (base - defended).mean(axis=1)
    assert found["value"] == pytest.approx(base.mean() - defended.mean())
    assert found["error"] == pytest.approx(stats.sem(units))
    assert (found["defense"], found["degrees"]) == ("M-1", 7)
    assert accuracy_drop(subject, "base")["error"] == 0.0


def test_models_of_a_pair_are_right_about_their_own_non_members():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 30)
    outputs = rng.random((6, 30, 3))
    # Halves of different sizes: 10 of 30 are members of the first of each pair.
    first = np.stack([rng.permutation(30) < 10 for _ in range(3)])
    membership = np.stack([first, ~first], axis=1).reshape(6, 30)
    pairs = types.SimpleNamespace(
        outputs=lambda name: outputs, labels=labels, membership=membership
    )
    found = PairedTargets.correctness(pairs, "base")
    expected = [
        np.mean(outputs[model, ~inside].argmax(axis=1) == labels[~inside])
        for model, inside in enumerate(membership)
    ]
    np.testing.assert_allclose(found.values, np.reshape(expected, (3, 2)))
    assert found.degrees == 2


@pytest.mark.parametrize("levels", [2, 6, None])
def test_baseline_rows_count_ties_half_as_scikit_learn_does(tmp_path, levels):
    rng = np.random.default_rng(2)
    for name, examples, lift in (("in", 90, 0.6), ("out", 60, 0.0)):
        labels = rng.integers(0, 3, examples)
        sure = rng.normal(size=examples) + lift
        if levels is not None:
            sure = np.digitize(sure, np.linspace(-0.5, 1.0, levels - 1))
        # Few values, or no two alike.
        outputs = np.exp(0.3 * sure[:, None] * np.eye(3)[labels])
        outputs /= outputs.sum(axis=1, keepdims=True)
        np.savez(tmp_path / f"{name}.npz", outputs=outputs, y=labels)
    subject = GivenOutputs.read(
        *(tmp_path / "in.npz", tmp_path / "out.npz"), from_logits=False
    )
    comparison = AttackComparison(subject, ["base"], seed=3)
    rows = {row["attack"]: row for row in auc_rows(comparison, "base", seed=3)}
    measured = {r.attack: r.auc for r in comparison.attacked("base").entire()}
    assert set(rows) == set(measured) > {"loss", "per_class:loss", "mlp"}
    member = np.arange(150) < 90
    for attack, (values, folds) in scores_of(
        subject, "base", list(rows), seed=3
    ).items():
        of_fold = np.zeros(150, int) if folds is None else folds
        aucs, pairs = [], []
        for fold in np.unique(of_fold[~np.isnan(values)]):
            own = (of_fold == fold) & ~np.isnan(values)
            aucs.append(roc_auc_score(member[own], values[own]))
            pairs.append((own & member).sum() * (own & ~member).sum())
        expected = np.average(aucs, weights=pairs)
        assert rows[attack]["auc"] == pytest.approx(expected, abs=1e-12)
        assert measured[attack] == pytest.approx(expected, abs=1e-12)
        assert (rows[attack]["members"], rows[attack]["nonmembers"]) == (90, 60)


def test_baseline_rows_of_a_game_are_its_pairs():
    pair_auc = np.array([0.5, 0.625, 0.75])
    result = types.SimpleNamespace(attack="loss", slice="entire", pair_auc=pair_auc)
    comparison = types.SimpleNamespace(
        subject=types.SimpleNamespace(
            auc_rows=lambda *arguments: PairedTargets.auc_rows(None, *arguments)
        ),
        attacked=lambda name: types.SimpleNamespace(entire=lambda: [result]),
    )
    (row,) = auc_rows(comparison, "M-1", seed=0)
    assert row == {
        **{"defense": "M-1", "attack": "loss"},
        **{"auc": 0.625, "pairs": [0.5, 0.625, 0.75]},
    }
