import dataclasses
import functools

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from eval_suite.subjects.game.audited_training import FIGURES
from eval_suite.subjects.game.audited_training import audited_training
from eval_suite.subjects.game.audited_training import is_one_fit
from eval_suite.subjects.study_network import study_mlp
from keras_entropy import catalog
from keras_entropy.losses.relax_loss import RelaxLoss
from keras_entropy.shadow import initialize
from keras_entropy.training.from_scratch import FromScratch

RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 6)).astype("float32")
Y = RNG.integers(0, 4, 160)
MEMBERS, OTHERS = (X[:80], Y[:80]), (X[80:], Y[80:])


def audited(model, entry=None, epochs=12, seed=0):
    done = []
    found = audited_training(
        model,
        entry,
        MEMBERS,
        OTHERS,
        epochs=epochs,
        batch_size=16,
        seed=seed,
        advance=done.append,
    )
    assert done == [1] * epochs
    assert set(found) == set(FIGURES.values())
    assert all(len(values) == epochs for values in found.values())
    return found


def test_a_model_that_learns_nothing_has_the_figures_of_its_start():
    model = study_mlp((6,), 4)
    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    before = [w.copy() for w in model.get_weights()]
    found = audited(model, epochs=2, seed=3)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)  # it trains a model of its own
    initialize(model, [3]).assign_to(model, 0)
    answers = model.predict(X, verbose=0)
    losses = -np.log(answers[np.arange(160), Y].astype("float64"))
    expected = roc_auc_score(np.arange(160) < 80, -losses)
    np.testing.assert_allclose(found["auc"], expected, atol=1e-6)
    right = answers.argmax(axis=1) == Y
    np.testing.assert_allclose(found["member_accuracy"], right[:80].mean())
    np.testing.assert_allclose(found["nonmember_accuracy"], right[80:].mean())


def test_labels_without_a_rule_are_learned_by_heart_and_told():
    model = study_mlp((6,), 4)
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    found = audited(model, epochs=15)
    assert found["member_accuracy"][-1] > 0.9 > found["member_accuracy"][0]
    assert found["nonmember_accuracy"][-1] < 0.5
    assert found["auc_low"][-1] > 0.7 > found["auc"][0]


def test_the_seed_decides():
    one, again, other = (
        audited(study_mlp((6,), 4), epochs=2, seed=seed)["auc"] for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_a_defense_is_trained_by_its_loss():
    # The loss of the undefended model under another name, and one that forbids it to
    # be sure.
    own, other = (
        dataclasses.replace(catalog.get("relax-loss"), recipe=FromScratch(loss))
        for loss in (
            functools.partial(keras.losses.CategoricalCrossentropy),
            functools.partial(RelaxLoss, level=1.37),
        )
    )
    plain = audited(study_mlp((6,), 4), epochs=6)
    same = audited(study_mlp((6,), 4), own, epochs=6)
    relaxed = audited(study_mlp((6,), 4), other, epochs=6)
    np.testing.assert_allclose(same["auc"], plain["auc"], atol=2e-3)
    assert np.abs(relaxed["auc"] - plain["auc"]).max() > 0.05
    assert not is_one_fit(catalog.get("M-6"))
    with pytest.raises(ValueError, match=r"from scratch by a loss.*M-6"):
        audited(study_mlp((6,), 4), catalog.get("M-6"))
