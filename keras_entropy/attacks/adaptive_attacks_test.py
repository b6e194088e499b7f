import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.adaptive_attacks import adaptive_results
from keras_entropy.attacks.adaptive_attacks import average_queries
from keras_entropy.attacks.controls import planted


def loss_auc(outputs, labels, others, other_labels):
    return audit_outputs(outputs, labels, others, other_labels, attacks="loss").auc


@pytest.fixture(scope="module")
def leak():
    return planted.planted(4.0, "even", np.random.default_rng(0))


def test_averaging_undoes_noise(leak):
    rng = np.random.default_rng(1)

    def noisy(p):
        raw = np.maximum(p + rng.normal(0, 0.2, p.shape), 1e-9)
        return raw / raw.sum(axis=-1, keepdims=True)

    aucs = []
    for queries in (1, 10, 100):
        sides = [average_queries(noisy(p) for _ in range(queries)) for p in leak[::2]]
        aucs.append(loss_auc(sides[0], leak[1], sides[1], leak[3]))
    assert aucs[0] + 0.02 < aucs[1] < aucs[2]


def test_average_is_the_mean():
    answers = np.random.default_rng(2).dirichlet(np.ones(3), (4, 2, 5))
    found = average_queries(answers)
    np.testing.assert_allclose(found, answers.mean(axis=0))
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    with pytest.raises(ValueError, match="same shape"):
        average_queries([answers[0], answers[1, :1]])
    with pytest.raises(ValueError, match="at least one answer"):
        average_queries([])


def test_temperature_hides_entropy_and_not_membership(leak):
    # An injective layer: the entropy is nearly the largest there is, the attack on the
    # undone outputs is what it was.
    hot = [special.softmax(np.log(p) / 50, axis=-1) for p in leak[::2]]
    entropy = special.entr(hot[0]).sum(axis=-1)
    assert entropy.mean() > 0.97 * np.log(planted.CLASSES)
    undone = [special.softmax(50 * np.log(p), axis=-1) for p in hot]
    before = audit_outputs(*leak, attacks="loss").attacks[0]
    after = audit_outputs(undone[0], leak[1], undone[1], leak[3], attacks="loss")
    assert before.auc_low < after.attacks[0].auc < before.auc_high
    assert after.attacks[0].auc == pytest.approx(before.auc, abs=1e-6)


def test_results_are_renamed(leak):
    results = audit_outputs(*leak, attacks=("loss", "entropy")).attacks
    renamed = adaptive_results(results, "inverse")
    assert [r.attack for r in renamed] == ["inverse:loss", "inverse:entropy"]
    assert {r.group for r in renamed} == {"adaptive"}
    assert [r.auc for r in renamed] == [r.auc for r in results]
