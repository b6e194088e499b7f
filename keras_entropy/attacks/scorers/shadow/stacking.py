"""The best combination of several scores, learned on pairs that are not attacked.

The combination for a pair of targets is learned on other pairs, of which it is known
who holds what, by columns that know nothing of the pair learned on, and nothing of the
pair attacked. So the attacked pair takes no part in its own attack, neither as one of
the pairs that are learned on nor as a shadow of those.

Pairs are attacked in four groups, each by one combination, of which none of the group
knows anything: that costs four fits, however many pairs there are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.learners.logistic import ridge_logistic

# More pairs than these make the combination hardly better, only slower.
MOST_PAIRS = 8
# Groups of pairs that are attacked by one combination. With one for each pair it is not
# better.
_GROUPS = 4

# Maps a pair and the pairs that its columns may not know, itself among them, to the
# columns of its two models, `(2, N, D)`.
Columns = Callable[[int, tuple[int, ...]], Floats]
# Maps columns `(n, D)` and membership `(n,)` to a function from columns `(..., D)` to
# scores `(...)`.
Fit = Callable[[Floats, Booleans], Callable[[Floats], Floats]]


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
        Floats `(K, N)`. The combination for a group is learned on the first pairs that
        are not in it, at most `MOST_PAIRS`.
    """
    pairs = len(membership) // 2
    values = np.empty(membership.shape)
    for first in range(min(_GROUPS, pairs)):
        group = tuple(range(first, pairs, _GROUPS))
        score: Callable[[Floats], Floats] = _first_column
        if pairs > 2:
            others = [pair for pair in range(pairs) if pair not in group]
            learned = {
                pair: columns(pair, (*group, pair)) for pair in others[:MOST_PAIRS]
            }
            score = _fitted(learned, membership, fit)
        for target in group:
            own = columns(target, (target,))
            values[2 * target : 2 * target + 2] = score(own)
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


def _first_column(columns: Floats) -> Floats:
    return columns[..., 0]


def _fitted(
    learned: dict[int, Floats], membership: Booleans, fit: Fit
) -> Callable[[Floats], Floats]:
    """Learns from the columns of several pairs."""
    rows = np.concatenate([model for found in learned.values() for model in found])
    member = np.concatenate([membership[2 * j : 2 * j + 2].ravel() for j in learned])
    return fit(rows, member)
