"""What the audit of one target tells beside AUCs."""

import numpy as np
import pytest
from scipy import special
from sklearn import metrics

from keras_entropy.attacks import audit_outputs

MEMBER = np.arange(300) < 120


@pytest.fixture(scope="module")
def answers():
    """Outputs of a model that is surer of its members, and labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    logits = rng.normal(size=(300, 3)) + np.eye(3)[labels] * (1 + MEMBER)[:, None]
    return special.softmax(logits, axis=-1), labels


def audit(answers, **options):
    outputs, labels = answers
    return audit_outputs(
        *(outputs[MEMBER], labels[MEMBER]),
        *(outputs[~MEMBER], labels[~MEMBER]),
        **options,
    )


def test_one_target_has_no_pairs(answers):
    found = audit(answers, attacks=("loss", "entropy"))
    assert [result.targets for result in found.attacks] == [1, 1]
    for result in (*found.attacks, found.strongest):
        assert result.pair_auc is None
        assert result.pair_inflation == 1


def test_curves_are_scikit_learns(answers):
    outputs, labels = answers
    found = audit(answers, attacks="loss", slices=("entire", "correctness"))
    right, score = outputs.argmax(axis=1) == labels, outputs[np.arange(300), labels]
    slices = {"entire": labels >= 0, "correct": right, "incorrect": ~right}
    for name, here in slices.items():
        curve = found.get("loss", name).curve
        across, up, _ = metrics.roc_curve(
            MEMBER[here], score[here], drop_intermediate=False
        )
        # Where the curve goes straight up, its end.
        expected = [np.interp(fpr, across, up) for fpr in curve.fpr]
        np.testing.assert_allclose(curve.tpr, expected)
        assert np.isnan((curve.low, curve.high)).all()
        if name == "entire":
            # One of 180 non-members is the first that is told.
            assert curve.fpr[1] == pytest.approx(1 / 180)
        else:
            assert curve.fpr.size == 25


def test_epsilon_rests_on_scores_that_compare(answers):
    found = audit(answers, attacks=("loss", "logistic"))
    assert found.epsilon == audit(answers, attacks="loss").epsilon
    assert found.epsilon is not None
    assert audit(answers, attacks="logistic").epsilon is None
