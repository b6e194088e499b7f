"""What is claimed of private trainings, audited by records that coins held out.

Each record has a weight of its own, so that its membership shows as plainly as the
noise allows: an attack on it is as strong as one on the Gaussian mechanism can be.
"""

import math

import keras
import numpy as np
import pytest
import scipy.stats

from keras_entropy import shadow
from keras_entropy.attacks.leakage.one_training import one_training_bound
from keras_entropy.privacy.accounting import guarantee_of
from keras_entropy.privacy.private_gradients import PrivateGradients

TRAININGS = 200
RECORDS = 400
STEPS = 4
NOISE = 2.0
DELTA = 1e-4
CLAIM = guarantee_of(steps=STEPS, noise_multiplier=NOISE, delta=DELTA)


def trained(noise, batch_size=RECORDS):
    """Scores `(TRAININGS, RECORDS)` after private trainings, and the coins."""
    model = keras.Sequential(
        [
            keras.Input((RECORDS,)),
            keras.layers.Dense(
                2, "softmax", use_bias=False, kernel_initializer="zeros"
            ),
        ]
    )
    model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    # In the place of a record that is left out stands one without a gradient.
    x = np.concatenate([np.eye(RECORDS), np.zeros((RECORDS, RECORDS))])
    y = np.tile(rng.integers(0, 2, RECORDS), 2)
    member = rng.random((TRAININGS, RECORDS)) < 0.5
    rows = np.arange(RECORDS) + RECORDS * ~member
    seeds = range(TRAININGS)
    stack = shadow.train(
        model,
        shadow.initialize(model, seeds),
        x.astype("float32"),
        y,
        rows,
        epochs=STEPS,
        batch_size=batch_size,
        seeds=seeds,
        privacy=PrivateGradients(0.05, noise, seed=1),
    )
    (weights,) = stack.values(model)
    logits = np.asarray(weights, "float64")
    records = np.arange(RECORDS)
    return logits[:, records, y[:RECORDS]] - logits[:, records, 1 - y[:RECORDS]], member


def bounds(scores, member):
    """Of each training, what is shown of its epsilon, and of its mu."""
    found = [
        one_training_bound({"logit": row}, inside, delta=DELTA)
        for row, inside in zip(scores, member, strict=True)
    ]
    return np.array([bound.epsilon for bound in found]), np.array(
        [bound.gaussian_mu for bound in found]
    )


@pytest.fixture(scope="module")
def honest():
    return trained(NOISE)


def test_the_claim_is_refuted_no_more_often_than_the_confidence_allows(honest):
    epsilons, mus = bounds(*honest)
    most = scipy.stats.binom.ppf(0.999, TRAININGS, 0.05)
    assert (epsilons > CLAIM.epsilon_add_remove).sum() <= most
    assert (mus > math.sqrt(STEPS) / NOISE).sum() <= most
    # And the audit is not blind: it sees what 400 records let it see.
    assert np.median(mus) > 0.4 * math.sqrt(STEPS) / NOISE


def mean_auc(scores, member):
    """The mean over the trainings, and four standard errors of it."""
    aucs = [
        scipy.stats.mannwhitneyu(row[inside], row[~inside]).statistic
        / (inside.sum() * (~inside).sum())
        for row, inside in zip(scores, member, strict=True)
    ]
    error = 4 * np.std(aucs) / math.sqrt(TRAININGS)
    assert error < 0.01
    return np.mean(aucs), error


def test_the_bound_on_the_auc_is_what_such_records_show(honest):
    found, error = mean_auc(*honest)
    assert found == pytest.approx(CLAIM.auc_bound_add_remove, abs=error)


def test_random_parts_of_the_examples_hide_as_much_as_is_accounted_for():
    pytest.importorskip("dp_accounting")
    claim = guarantee_of(
        steps=4 * STEPS, noise_multiplier=1.0, delta=DELTA, sampling_rate=0.25
    )
    found, error = mean_auc(*trained(1.0, batch_size=RECORDS // 4))
    # The sum of the steps is not the best attack on each of them, but a good one.
    assert (
        claim.auc_bound_add_remove - 0.1 < found <= claim.auc_bound_add_remove + error
    )


def test_a_training_with_a_tenth_of_the_noise_is_caught():
    epsilons, _ = bounds(*trained(NOISE / 10))
    claim = guarantee_of(steps=STEPS, noise_multiplier=2 * NOISE, delta=DELTA)
    assert (epsilons > claim.epsilon_add_remove).mean() > 0.95
