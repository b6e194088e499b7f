"""What right guesses of fair coins refute: (epsilon, delta), and a Gaussian's mu.

A fair coin decided for each of m records whether it is in the training set. Whoever
sees the model guesses some of the coins, in or out, and abstains from the others. How
many guesses can be right is limited by what the training hides of any one record, so
a number of right guesses that is too large refutes a claim of privacy. The adjacency
is that of the coin: one record is added to the training set or removed from it.

Two limits on the probability of `correct` right guesses or more:

* Of an (epsilon, delta)-private training: Steinke, Nasr and Jagielski, "Privacy
  Auditing with One (1) Training Run", NeurIPS 2023, arXiv:2305.08846. Given what is
  guessed, each guess is right with probability at most e^epsilon / (1 + e^epsilon),
  whatever the coins before it are; delta moves the tail by at most 2 m delta times its
  steepest mean slope.
* Of an f-private training: Mahloujifar, Melis and Chaudhuri, "Auditing f-Differential
  Privacy in One Run", ICML 2025, arXiv:2410.22235. Here f is the trade-off of a
  Gaussian mechanism, N(0, 1) against N(mu, 1): tighter than the first, and a statement
  about trainings whose privacy is that of a Gaussian mechanism alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from scipy import special

# No number of guesses that fits a memory refutes more.
_MOST_EPSILON = 40.0
_MOST_MU = 40.0
_HALVINGS = 44
_NORMAL = NormalDist()


def p_value(
    correct: int, guesses: int, records: int, epsilon: float, delta: float
) -> float:
    """Returns how likely so many right guesses are, at most, if a claim holds.

    Args:
        correct: Integer in 0..guesses, how many guesses are right.
        guesses: Integer in 0..records, how many records were guessed.
        records: Integer, how many coins were tossed.
        epsilon: Float, at least 0: the claim is (epsilon, delta)-privacy.
        delta: Float in 0..1.

    Returns:
        Float in 0..1.

    Example:

        >>> p_value(10, 10, 10, 0.0, 0.0) == 2**-10
        True
    """
    chance = 1 / (1 + math.exp(-epsilon))
    if correct == 0:
        return 1.0
    tail = float(special.bdtrc(correct - 1, guesses, chance))
    if delta == 0:
        return tail
    fewer = np.arange(correct)  # right guesses from so many on
    reached = np.ones(correct)
    reached[1:] = special.bdtrc(fewer[1:] - 1, guesses, chance)
    slope = float(((reached - tail) / (correct - fewer)).max())
    return min(1.0, tail + 2 * records * delta * slope)


def refuted_epsilon(
    correct: int, guesses: int, records: int, *, delta: float, level: float
) -> float:
    """Returns a lower bound on epsilon at a delta, which errs with `level` at most.

    Args:
        correct: Integer in 0..guesses, how many guesses are right.
        guesses: Integer in 0..records, how many records were guessed: a number that was
            fixed before the coins were looked at.
        records: Integer, how many coins were tossed.
        delta: Float in 0..1.
        level: Float in (0, 1), the probability of a bound above the truth.

    Returns:
        Float, at least 0.

    Example:

        >>> round(refuted_epsilon(95, 100, 100, delta=0.0, level=0.05), 2)
        2.17
    """

    def is_refuted(epsilon: float) -> bool:
        return p_value(correct, guesses, records, epsilon, delta) <= level

    return _largest(is_refuted, _MOST_EPSILON)


def refuted_mu(correct: int, guesses: int, records: int, *, level: float) -> float:
    """Returns a lower bound on mu, for a training that is mu-Gaussian private.

    Args:
        correct: Integer in 0..guesses, as for `refuted_epsilon`.
        guesses: Integer in 0..records.
        records: Integer.
        level: Float in (0, 1).

    Returns:
        Float, at least 0: the distance of the means of N(0, 1) and N(mu, 1).
    """

    def is_refuted(mu: float) -> bool:
        def least_false(power: float) -> float:
            if not 0 < power < 1:
                return min(1.0, max(0.0, power))
            return _NORMAL.cdf(_NORMAL.inv_cdf(power) - mu)

        return is_tail_refuted(least_false, correct, guesses, records, level)

    return _largest(is_refuted, _MOST_MU)


def is_tail_refuted(
    least_false: Callable[[float], float],
    correct: int,
    guesses: int,
    records: int,
    level: float,
) -> bool:
    """Whether an f-private training gives so many right guesses too seldom.

    Let p_j be the probability of j right guesses of c. For each record, given the other
    coins, an event that has probability a where the guess is wrong has at most 1 - f(a)
    where it is right. Averaged over the records, 1 - f being concave, for every i:

        sum of j p_j over j > i  <=  m (1 - f)(sum of (c - j) p_j over j >= i, over m)

    Say `right` is the sum on the left and `wrong` the one on the right, times m. If at
    least `correct` guesses were right with probability `level`, both sums would be
    least with all of that probability at `correct`; going down from there, each step
    adds the least wrong guesses that the inequality asks for. The two sums from 0 on
    are c times the sum of all p_j, so more than c is a contradiction.

    Args:
        least_false: The inverse of 1 - f: from the power of a test to the least
            probability of a false alarm that it needs.
        correct: Integer in 0..guesses, how many guesses are right.
        guesses: Integer in 0..records.
        records: Integer, m.
        level: Float in (0, 1).
    """
    right, wrong = level * correct, level * (guesses - correct)
    for i in range(correct - 1, -1, -1):
        needed = records * least_false(right / records)
        if needed <= wrong:
            break  # nothing grows any more
        right += i / (guesses - i) * (needed - wrong)
        wrong = needed
        if right + wrong > guesses:
            return True
    return right + wrong > guesses


def gaussian_epsilon(mu: float, delta: float) -> float:
    """Returns the epsilon of a mu-Gaussian private training at a delta.

    Args:
        mu: Float, at least 0.
        delta: Float in (0, 1).

    Returns:
        Float, at least 0.

    Reference: Dong, Roth and Su, "Gaussian Differential Privacy", Journal of the Royal
    Statistical Society B 84, 2022, arXiv:1905.02383, corollary 2.13.

    Example:

        >>> round(gaussian_epsilon(1.0, 1e-5), 2)
        4.38
    """
    if mu <= 0:
        return 0.0

    def is_too_small(epsilon: float) -> bool:
        near = special.ndtr(mu / 2 - epsilon / mu)
        far = math.exp(epsilon + float(special.log_ndtr(-mu / 2 - epsilon / mu)))
        return bool(near - far > delta)

    return _largest(is_too_small, mu**2 / 2 + mu * 40)


def _largest(holds: Callable[[float], bool], most: float) -> float:
    """Returns the largest number at which a claim is refuted, by halving; else 0."""
    low, high = 0.0, most
    if not holds(low):
        return 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low
