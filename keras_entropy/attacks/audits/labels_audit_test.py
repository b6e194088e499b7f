"""A model of several labels: each alone, and all of them together."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from keras_entropy.attacks import audit_labels
from keras_entropy.attacks import audit_outputs

FAST = ("loss", "entropy")


def answers(seed, leaks, examples=200):
    """Probabilities of labels, of which members stand out by `leaks`."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, (examples, len(leaks)))
    logits = rng.normal(size=y.shape)
    half = examples // 2
    logits[:half] += np.asarray(leaks) * (2 * y[:half] - 1)
    outputs = 1 / (1 + np.exp(-logits))
    return outputs[:half], y[:half], outputs[half:], y[half:]


def test_each_label_is_audited_as_two_classes_are():
    inside, y_in, outside, y_out = answers(0, (0, 2, 0.5))
    audit = audit_labels(inside, y_in, outside, y_out, attacks=FAST, confidence=0.96)
    assert audit.number == 1
    assert audit.strongest == audit.labels[1].strongest
    for number, label in enumerate(audit.labels):
        alone = audit_outputs(
            *(inside[:, number], y_in[:, number]),
            *(outside[:, number], y_out[:, number]),
            attacks=FAST,
            confidence=0.99,  # of three labels, and of all together
        )
        assert label.rows("base") == alone.rows("base")
        assert label.strongest == alone.strongest
    assert audit.auc > 0.8


def test_many_small_leaks_show_together():
    inside, y_in, outside, y_out = answers(1, (0.5,) * 12)
    audit = audit_labels(inside, y_in, outside, y_out, attacks="loss")
    assert audit.number is None
    right = [
        np.log(np.where(y == 1, p, 1 - p)).mean(axis=1)
        for p, y in ((inside, y_in), (outside, y_out))
    ]
    member = np.arange(200) < 100
    expected = roc_auc_score(member, np.concatenate(right))
    assert audit.together.get("loss").auc == pytest.approx(expected, abs=1e-9)
    assert audit.auc > max(label.auc for label in audit.labels) + 0.05


def test_a_single_label_is_all_of_them_together():
    audit = audit_labels(*answers(4, (1,)), attacks="loss")
    assert audit.number is None
    assert audit.auc == audit.labels[0].auc


def test_the_largest_of_many_labels_is_no_leak():
    """Null control: chosen among 6, its interval still holds one half."""
    runs = 60
    wrong = 0
    for seed in range(runs):
        audit = audit_labels(*answers(seed, (0,) * 5, 100), attacks="loss")
        strongest = audit.strongest
        wrong += not strongest.auc_low <= 0.5 <= strongest.auc_high
    assert wrong <= stats.binom.ppf(0.999, runs, 0.05)


def test_an_attack_that_learns_has_no_mean():
    audit = audit_labels(*answers(2, (0, 2)), attacks="logistic")
    assert audit.together is None
    assert audit.number == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sides: (sides[0][:, 0], *sides[1:]), r"both be of shape"),
        (lambda sides: (sides[0], sides[1][:, :1], *sides[2:]), r"both be of shape"),
        (
            lambda sides: (*sides[:2], sides[2][:, :1], sides[3][:, :1]),
            "must have the same labels",
        ),
        (lambda sides: (sides[0] * 3, *sides[1:]), "from_logits=True"),
        (lambda sides: (sides[0], sides[1] + 1, *sides[2:]), "from 0 to 1"),
    ],
)
def test_other_arrays_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        audit_labels(*change(answers(3, (0, 0))), attacks=FAST)
