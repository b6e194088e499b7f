"""What right guesses of fair coins refute: (epsilon, delta), and a Gaussian's mu.

A fair coin decided for each of m records whether it is in the training set. Whoever
sees the model guesses some of the coins, in or out, and abstains from the others. How
many guesses can be right is limited by what the training hides of any one record, so
a number of right guesses that is too large refutes a claim of privacy. The adjacency
is that of the coin: one record is added to the training set or removed from it.

Two theorems limit the probability of `correct` right guesses or more:

* "binomial": Steinke, Nasr and Jagielski, "Privacy Auditing with One (1) Training Run",
  NeurIPS 2023, arXiv:2305.08846, of an (epsilon, delta)-private training. Given what is
  guessed, each guess is right with probability at most e^epsilon / (1 + e^epsilon),
  whatever the coins before it are; delta moves the tail by at most 2 m delta times its
  steepest mean slope. Without delta no theorem can be better.
* "trade-off": Mahloujifar, Melis and Chaudhuri, "Auditing f-Differential Privacy in One
  Run", ICML 2025, arXiv:2410.22235, of an f-private training. With the f of (epsilon,
  delta) it is the better one where there is a delta and most guesses are right: many
  records do not multiply delta. With the f of a Gaussian mechanism, N(0, 1) against
  N(mu, 1), it is tighter still, and a statement about trainings whose privacy is that
  of a Gaussian mechanism alone.

Which one a bound on epsilon takes is decided by the number of guesses, never by how
many of them are right.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import special

# No number of guesses that fits a memory refutes more, be it of epsilon or of mu.
_MOST = 40.0
_HALVINGS = 44
_LEAST_LOG_LEVEL = -50.0
_USUAL_LEVEL = 0.05

Theorem = Literal["binomial", "trade-off"]


def p_value(
    correct: int,
    guesses: int,
    records: int,
    epsilon: float,
    delta: float,
    *,
    theorem: Theorem | None = None,
) -> float:
    """Returns how likely so many right guesses are, at most, if a claim holds.

    Args:
        correct: Integer in 0..guesses, how many guesses are right.
        guesses: Integer in 0..records, how many records were guessed.
        records: Integer, how many coins were tossed.
        epsilon: Float, at least 0: the claim is (epsilon, delta)-privacy.
        delta: Float in 0..1.
        theorem: String, binomial or trade-off. Defaults to the better one for so many
            guesses.

    Returns:
        Float in 0..1.

    Example:

        >>> p_value(10, 10, 10, 0.0, 0.0) == 2**-10
        True
    """
    if (theorem or better_theorem(guesses, records, delta)) == "binomial":
        return _binomial_p_value(correct, guesses, records, epsilon, delta)
    counts = correct, guesses, records
    low, high = _LEAST_LOG_LEVEL, 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if is_tail_refuted(
            _least_false(epsilon, delta), *counts, level=math.exp(middle)
        ):
            high = middle
        else:
            low = middle
    return math.exp(high)


def refuted_epsilon(
    correct: int,
    guesses: int,
    records: int,
    *,
    delta: float,
    level: float,
    theorem: Theorem | None = None,
) -> float:
    """Returns a lower bound on epsilon at a delta, which errs with `level` at most.

    Args:
        correct: Integer in 0..guesses, how many guesses are right.
        guesses: Integer in 0..records, how many records were guessed: a number that was
            fixed before the coins were looked at.
        records: Integer, how many coins were tossed.
        delta: Float in 0..1.
        level: Float in (0, 1), the probability of a bound above the truth.
        theorem: String, as for `p_value`.

    Returns:
        Float, at least 0.

    Example:

        >>> round(refuted_epsilon(95, 100, 100, delta=0.0, level=0.05), 2)
        2.17
    """
    counts = correct, guesses, records
    if (theorem or better_theorem(guesses, records, delta)) == "binomial":

        def is_refuted(epsilon: float) -> bool:
            return _binomial_p_value(*counts, epsilon, delta) <= level

    else:

        def is_refuted(epsilon: float) -> bool:
            return is_tail_refuted(_least_false(epsilon, delta), *counts, level=level)

    return _largest(is_refuted, _MOST)


@functools.cache
def better_theorem(guesses: int, records: int, delta: float) -> Theorem:
    """Returns the theorem that gives the larger bound if all guesses are right.

    Args:
        guesses: Integer in 0..records.
        records: Integer.
        delta: Float in 0..1.
    """
    if delta == 0:
        return "binomial"
    counts = guesses, guesses, records
    bounds: dict[Theorem, float] = {
        theorem: refuted_epsilon(
            *counts, delta=delta, level=_USUAL_LEVEL, theorem=theorem
        )
        for theorem in ("binomial", "trade-off")
    }
    return max(bounds, key=bounds.__getitem__)


def _binomial_p_value(
    correct: int, guesses: int, records: int, epsilon: float, delta: float
) -> float:
    if correct == 0:
        return 1.0
    chance = 1 / (1 + math.exp(-epsilon))
    tail = float(special.bdtrc(correct - 1, guesses, chance))
    if delta == 0:
        return tail
    fewer = np.arange(correct)  # right guesses from so many on
    reached = np.ones(correct)
    reached[1:] = special.bdtrc(fewer[1:] - 1, guesses, chance)
    slope = float(((reached - tail) / (correct - fewer)).max())
    return min(1.0, tail + 2 * records * delta * slope)


def _least_false(epsilon: float, delta: float) -> Callable[[float], float]:
    """The inverse of 1 - f where f is the trade-off of (epsilon, delta)-privacy."""
    more, less = math.exp(epsilon), math.exp(-epsilon)

    def least_false(power: float) -> float:
        return max(0.0, (power - delta) * less, 1 - delta - (1 - power) * more)

    return least_false


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
            return float(special.ndtr(special.ndtri(power) - mu))

        return is_tail_refuted(least_false, correct, guesses, records, level=level)

    return _largest(is_refuted, _MOST)


def is_tail_refuted(
    least_false: Callable[[float], float],
    correct: int,
    guesses: int,
    records: int,
    *,
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
    for i in reversed(range(correct)):
        needed = records * least_false(right / records)
        if needed <= wrong:
            break  # nothing grows any more
        right += i / (guesses - i) * (needed - wrong)
        wrong = needed
        if right + wrong > guesses:
            return True
    return False


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

    return _largest(is_too_small, mu * (mu + _MOST))


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
