import numpy as np
import pytest

from eval_suite.gate.baseline_file import example_rows
from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.scorers.learners import cross_fitting


def test_outputs_are_probabilities_unless_it_is_said():
    outputs = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([[0.3, 0.7]])
    labels = np.array([0, 1]), np.array([0])
    values, folds = attack_scores(outputs, labels, ["loss"])["loss"]
    np.testing.assert_allclose(values, np.log([0.9, 0.6, 0.3]))
    assert folds is None


@pytest.mark.parametrize("max_rows", [None, 300])
def test_rows_hold_the_aucs_of_the_audit(monkeypatch, max_rows):
    if max_rows is not None:
        monkeypatch.setattr(cross_fitting, "MAX_ROWS", max_rows)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 500)
    outputs = rng.normal(size=(500, 3)) + 2 * np.eye(3)[labels]
    outputs[:200] += np.eye(3)[labels[:200]]
    sides = (outputs[:200], outputs[200:]), (labels[:200], labels[200:])
    audit = audit_outputs(
        outputs[:200], labels[:200], outputs[200:], labels[200:], from_logits=True
    )
    scores = attack_scores(*sides, TARGET_ATTACKS, from_logits=True)
    rows = example_rows("base", scores, np.arange(500) < 200)
    assert [row["attack"] for row in rows] == list(TARGET_ATTACKS)
    for row in rows:
        expected = audit.get(row["attack"]).auc
        assert row["auc"] == pytest.approx(expected, abs=1e-12), row["attack"]
