"""The best combination of several scores, learned on pairs that are not attacked.

The combination for a pair of targets is learned on other pairs, of which it is known
who holds what, by columns that know nothing of the pair learned on, and nothing of the
pair attacked. So the attacked pair takes no part in its own attack, neither as one of
the pairs that are learned on nor as a shadow of those.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.learners.logistic import fit_logistic

# More pairs than these make the combination hardly better, only slower.
MOST_PAIRS = 8
# What the squared coefficients of standardised columns weigh against one row's loss.
_PENALTY = 100.0

# Maps a pair and the pairs that its columns may not know, itself among them, to the
# columns of its two models, `(2, N, D)`.
Columns = Callable[[int, tuple[int, ...]], Floats]
# Maps columns `(n, D)` and membership `(n,)` to a function from columns `(..., D)` to
# scores `(...)`.
Fit = Callable[[Floats, Booleans], Callable[[Floats], Floats]]


def ridge_logistic(columns: Floats, member: Booleans) -> Callable[[Floats], Floats]:
    """Fits a logistic regression with a strong ridge on standardised columns.

    Args:
        columns: Floats `(n, D)`.
        member: Booleans `(n,)`.

    Returns:
        Function from columns `(..., D)` to log-odds `(...)`; equal rows get equal ones
        to the last bit.
    """
    rows = len(columns)
    weights = np.full((1, rows), 1 / rows)
    (*slopes, constant) = fit_logistic(columns, member, weights, _PENALTY / rows)[0]

    def score(columns: Floats) -> Floats:
        # Column by column: a matrix product may round equal rows differently.
        total = np.full(columns.shape[:-1], constant)
        for column, slope in enumerate(slopes):
            total += slope * columns[..., column]
        return total

    return score


def stack_game(
    columns: Columns, membership: Booleans, fit: Fit = ridge_logistic
) -> Floats:
    """Scores every model of a game by a combination of columns.

    Args:
        columns: Function of a pair and of all pairs that its columns may not know, to
            columns `(2, N, D)`. The first column is an attack by itself: with fewer
            than three pairs nothing is left to learn from, and it is the score.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
        fit: Function that learns the combination. Defaults to a ridge logistic
            regression.

    Returns:
        Floats `(K, N)`. The combination for a pair is learned on the pairs that follow
        it, round the circle, at most `MOST_PAIRS`.
    """
    pairs = len(membership) // 2
    values = np.empty(membership.shape)
    for target in range(pairs):
        own = columns(target, (target,))
        if pairs < 3:
            values[2 * target : 2 * target + 2] = own[..., 0]
            continue
        following = [(target + step) % pairs for step in range(1, pairs)]
        learned = {
            pair: columns(pair, (target, pair)) for pair in following[:MOST_PAIRS]
        }
        values[2 * target : 2 * target + 2] = _fitted(learned, membership, fit)(own)
    return values


def stack_target(
    columns: Columns, membership: Booleans, own: Floats, fit: Fit = ridge_logistic
) -> Floats:
    """Scores one target by a combination of columns that shadow models teach.

    Args:
        columns: Function as for `stack_game`, of the shadow models.
        membership: Booleans `(K, N)` of the shadow models, in complementary pairs.
        own: Floats `(1, N, D)`, the target's columns, from all shadow models.
        fit: Function, as for `stack_game`.

    Returns:
        Floats `(1, N)`.
    """
    pairs = range(min(MOST_PAIRS, len(membership) // 2))
    return _fitted({pair: columns(pair, (pair,)) for pair in pairs}, membership, fit)(
        own
    )


def _fitted(
    learned: dict[int, Floats], membership: Booleans, fit: Fit
) -> Callable[[Floats], Floats]:
    """Learns from the columns of several pairs."""
    rows = np.concatenate(
        [found.reshape(-1, found.shape[-1]) for found in learned.values()]
    )
    member = np.concatenate(
        [membership[2 * j : 2 * j + 2].reshape(-1) for j in learned]
    )
    return fit(rows, member)
