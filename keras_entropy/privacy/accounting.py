"""From the settings of a private training to its guarantee, and back."""

from __future__ import annotations

import math

from keras_entropy.privacy import gaussian
from keras_entropy.privacy.guarantee import Guarantee

# Replacing one example moves the sum of clipped gradients twice as far as adding one.
_SWAP = 2


def guarantee_of(
    *,
    steps: int,
    noise_multiplier: float,
    delta: float,
    sampling_rate: float = 1.0,
    conditions: tuple[str, ...] = (),
) -> Guarantee:
    """Returns what a private training guarantees.

    Where all examples take part in each step, mu is √steps / `noise_multiplier` for
    add or remove, twice that for swap, and the rest follows exactly (Dong, Roth and
    Su, 2019, arXiv:1905.02383). Else the distribution of the privacy loss is computed
    by `dp-accounting`, for add or remove; a swap is bounded as a removal and an
    addition.

    Example:

    >>> guarantee_of(steps=100, noise_multiplier=20.0, delta=1e-4).auc_bound
    0.76...

    Args:
        steps: Integer, at least 1.
        noise_multiplier: Float, at least 0, see `PrivateGradients`. 0 guarantees
            nothing.
        delta: Float between 0 and 1, far below one divided by the number of examples.
        sampling_rate: Float above 0, at most 1: probability with which an example takes
            part in a step. Defaults to `1.0`.
        conditions: What has to be true besides. Defaults to none.

    Returns:
        A `Guarantee`.

    Raises:
        ValueError: If a number is out of its range, or `dp-accounting` is needed and
            not installed.
    """
    _check_steps(steps)
    _check_fraction("delta", delta)
    if not (math.isfinite(noise_multiplier) and noise_multiplier >= 0):
        raise ValueError(
            "`noise_multiplier` must be 0 or a positive number. "
            f"Received: noise_multiplier={noise_multiplier}"
        )
    if not 0 < sampling_rate <= 1:
        raise ValueError(
            "`sampling_rate` must be above 0 and at most 1. "
            f"Received: sampling_rate={sampling_rate}"
        )
    if noise_multiplier == 0:
        epsilons, bounds = (math.inf, math.inf), (1.0, 1.0)
    elif sampling_rate == 1:
        mu = math.sqrt(steps) / noise_multiplier
        swap = _SWAP * mu
        epsilons = gaussian.epsilon_of(swap, delta), gaussian.epsilon_of(mu, delta)
        bounds = gaussian.auc_bound(swap), gaussian.auc_bound(mu)
    else:
        from keras_entropy.privacy import poisson

        loss = poisson.PrivacyLoss(steps, noise_multiplier, sampling_rate)
        epsilons = loss.epsilon_of_swap(delta), loss.epsilon_of(delta)
        bounds = loss.auc_bound_of_swap(), loss.auc_bound()
    return Guarantee(
        epsilon=epsilons[0],
        delta=delta,
        auc_bound=bounds[0],
        epsilon_add_remove=epsilons[1],
        auc_bound_add_remove=bounds[1],
        steps=steps,
        noise_multiplier=noise_multiplier,
        sampling_rate=sampling_rate,
        conditions=conditions,
    )


def noise_for(*, epsilon: float, delta: float, steps: int) -> float:
    """Returns the least noise that gives an epsilon, all examples in each step.

    Example:

    >>> noise = noise_for(epsilon=2.0, delta=1e-4, steps=100)
    >>> guarantee_of(steps=100, noise_multiplier=noise, delta=1e-4).epsilon
    1.99...

    Args:
        epsilon: Float above 0, for swap.
        delta: Float between 0 and 1.
        steps: Integer, at least 1.

    Returns:
        The noise multiplier, rounded up.

    Raises:
        ValueError: If a number is out of its range.
    """
    _check_steps(steps)
    _check_fraction("delta", delta)
    if not (math.isfinite(epsilon) and epsilon > 0):
        raise ValueError(
            f"`epsilon` must be a positive number. Received: epsilon={epsilon}"
        )
    mu = gaussian.mu_of(epsilon, delta)
    return _SWAP * math.sqrt(steps) / mu * (1 + 1e-9)


def _check_steps(steps: int) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise ValueError(
            f"`steps` must be an integer of at least 1. Received: steps={steps!r}"
        )


def _check_fraction(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(
            f"`{name}` must be above 0 and below 1. Received: {name}={value}"
        )
