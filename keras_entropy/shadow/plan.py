"""Training sets of shadow models: which examples each of them holds."""

import dataclasses

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers


@dataclasses.dataclass(frozen=True)
class Plan:
    """Training sets of `K` models over a population of `N` examples.

    Models `2j` and `2j + 1` are partners: each is trained on the half of the
    population that the other one does not see, so every example is in the training
    set of exactly `K / 2` models.

    Args:
        membership: Boolean array of shape `(K, N)`; `membership[k, i]` tells whether
            example `i` is in the training set of model `k`.
    """

    membership: Booleans

    @property
    def partner(self) -> Integers:
        """Integer array of shape `(K,)`: the model with the complementary half.

        An attacker who scores model `k` must leave out `partner[k]` as well: with
        balanced training sets the number of the *other* models that hold an example
        is `K / 2 - 1` for members of `k` and `K / 2` for non-members, and a score that
        depends on this count reads the design instead of the model.
        """
        return np.arange(len(self.membership)) ^ 1

    def rows(self) -> Integers:
        """Return the members of each model, ascending: integers `(K, N / 2)`."""
        models, examples = self.membership.shape
        return np.nonzero(self.membership)[1].reshape(models, examples // 2)


def model_seeds(seed: int, models: int) -> list[int]:
    """Return a seed for each of `models` models, others for another `seed`."""
    return [seed * 1000 + k for k in range(models)]


def complementary_pairs(n: int, models: int, *, seed: int) -> Plan:
    """Split a population in half once for each pair of models.

    The halves are drawn pair after pair, so a plan with fewer models of the same
    seed is the beginning of a plan with more.

    Args:
        n: Integer, number of examples in the population. Even.
        models: Integer, number of models. Even.
        seed: Integer, seed of the halves.

    Returns:
        A `Plan` of `models` training sets with `n / 2` examples each.

    Raises:
        ValueError: If `n` or `models` is not an even number above zero.

    Example:

    >>> plan = complementary_pairs(6, 4, seed=0)
    >>> plan.membership.sum(axis=0)
    array([2, 2, 2, 2, 2, 2])
    >>> plan.partner
    array([1, 0, 3, 2])
    """
    for name, value in (("n", n), ("models", models)):
        if value < 2 or value % 2:
            raise ValueError(
                f"`{name}` must be an even number of at least 2, because models are "
                f"trained in pairs on complementary halves. Received: {name}={value}"
            )
    rng = np.random.default_rng(seed)
    membership = np.empty((models, n), dtype=bool)
    for pair in range(models // 2):
        half = np.zeros(n, dtype=bool)
        half[rng.permutation(n)[: n // 2]] = True
        membership[2 * pair] = half
        membership[2 * pair + 1] = ~half
    return Plan(membership)
