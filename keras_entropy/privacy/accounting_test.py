import sys

import numpy as np
import pytest
from scipy import stats

from keras_entropy.privacy import gaussian
from keras_entropy.privacy.accounting import guarantee_of
from keras_entropy.privacy.accounting import noise_for


@pytest.mark.parametrize("mu", [0.1, 0.5, 2.0, 8.0])
def test_the_closed_forms_are_scipys(mu):
    assert gaussian.auc_bound(mu) == pytest.approx(stats.norm.cdf(mu / np.sqrt(2)))
    for epsilon in (0.0, 0.3, 4.0):
        wanted = stats.norm.cdf(mu / 2 - epsilon / mu) - np.exp(
            epsilon
        ) * stats.norm.cdf(-mu / 2 - epsilon / mu)
        assert gaussian.delta_of(mu, epsilon) == pytest.approx(wanted, abs=1e-12)
    epsilon = gaussian.epsilon_of(mu, 1e-5)
    assert gaussian.delta_of(mu, epsilon) <= 1e-5
    assert gaussian.mu_of(epsilon, 1e-5) == pytest.approx(mu, rel=1e-6)


def test_far_tails_are_finite():
    epsilon = gaussian.epsilon_of(64.0, 1e-5)
    assert epsilon == pytest.approx(64**2 / 2 + 64 * stats.norm.isf(1e-5), rel=0.01)


@pytest.mark.parametrize("noise", [100.0, 50.0, 25.0])
def test_full_batches_agree_with_the_library(noise):
    library = pytest.importorskip("dp_accounting.pld.privacy_loss_distribution")
    loss = library.from_gaussian_mechanism(noise / 10)
    found = guarantee_of(steps=100, noise_multiplier=noise, delta=1e-4)
    wanted = loss.get_epsilon_for_delta(1e-4)
    assert found.epsilon_add_remove == pytest.approx(wanted, abs=1e-3)
    swap = library.from_gaussian_mechanism(noise / 10, sensitivity=2.0)
    assert found.epsilon == pytest.approx(swap.get_epsilon_for_delta(1e-4), abs=1e-3)


@pytest.mark.parametrize(
    ("batch", "steps", "noise", "auc", "epsilon"),
    [(32, 1190, 1.0, 0.899, 8.63), (128, 300, 5.0, 0.661, 2.07)],
)
def test_sampled_steps(batch, steps, noise, auc, epsilon):
    pytest.importorskip("dp_accounting")
    found = guarantee_of(
        steps=steps, noise_multiplier=noise, delta=1e-4, sampling_rate=batch / 763
    )
    assert found.auc_bound_add_remove == pytest.approx(auc, abs=1e-3)
    assert found.epsilon_add_remove == pytest.approx(epsilon, abs=0.01)
    assert found.epsilon > found.epsilon_add_remove
    assert found.auc_bound > found.auc_bound_add_remove


def test_sampling_nearly_all_is_no_better_than_sampling_all():
    pytest.importorskip("dp_accounting")
    settings = {"steps": 100, "noise_multiplier": 20.0, "delta": 1e-4}
    sampled = guarantee_of(**settings, sampling_rate=0.999999)
    full = guarantee_of(**settings)
    assert sampled.auc_bound == pytest.approx(full.auc_bound, abs=2e-3)
    assert sampled.auc_bound >= full.auc_bound - 1e-6
    assert sampled.epsilon >= full.epsilon


def test_steps_of_parts_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "dp_accounting", None)
    monkeypatch.setitem(sys.modules, "dp_accounting.pld", None)
    settings = {"steps": 100, "noise_multiplier": 20.0, "delta": 1e-4}
    with pytest.raises(ValueError, match=r"pip install 'keras-entropy\[dp\]'"):
        guarantee_of(**settings, sampling_rate=0.5)
    # Steps of all examples need nothing.
    assert 0.5 < guarantee_of(**settings).auc_bound < 1


def test_noise_for_an_epsilon_gives_it():
    noise = noise_for(epsilon=2.0, delta=1e-4, steps=100)
    found = guarantee_of(steps=100, noise_multiplier=noise, delta=1e-4)
    assert 1.9999 < found.epsilon <= 2.0


def test_swap_doubles_mu():
    found = guarantee_of(steps=100, noise_multiplier=40.0, delta=1e-4)
    assert found.auc_bound == pytest.approx(gaussian.auc_bound(0.5))
    assert found.auc_bound_add_remove == pytest.approx(gaussian.auc_bound(0.25))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "`steps`"),
        ({"delta": 1.0}, "`delta`"),
        ({"noise_multiplier": -1.0}, "`noise_multiplier`"),
        ({"sampling_rate": 0.0}, "`sampling_rate`"),
    ],
)
def test_invalid_usage(change, message):
    with pytest.raises(ValueError, match=message):
        guarantee_of(**{"steps": 1, "noise_multiplier": 1.0, "delta": 1e-5, **change})
