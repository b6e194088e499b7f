"""What the pairs of a game say of each example, with any of the pairs left out.

Models `2j` and `2j + 1` hold complementary halves: of each example a pair has exactly
one value with it and one without. So the numbers of shadows on both sides are equal and
the same for all examples, nothing is ever missing, and one scatter about the two means
serves both sides.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from keras_entropy.arrays import SMALLEST_FLOAT32
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats

# Degrees of freedom that the common variance counts for in each example's.
_PRIOR_DEGREES = 4
# Variance below which float32 outputs tell nothing. Keeps a constant signal finite.
_FLOOR = 1e-12


class Pairs:
    """Values of the K models of a game on N examples, or of several such signals.

    Args:
        values: Floats `(..., K, N)`; each leading axis holds signals of its own.
        membership: Booleans `(K, N)`: who is in whose training set. Models `2j` and
            `2j + 1` are complementary.

    Raises:
        ValueError: If the shapes differ, K is odd or a pair is not complementary.
    """

    def __init__(self, values: Floats, membership: Booleans) -> None:
        values = np.asarray(values, dtype=np.float64)
        membership = np.asarray(membership, dtype=bool)
        if (
            membership.ndim != 2
            or values.shape[-2:] != membership.shape
            or not (membership[::2].shape == membership[1::2].shape)
            or (membership[::2] == membership[1::2]).any()
        ):
            raise ValueError(
                "`values` (..., models, examples) must end in the shape of "
                "`membership`, whose rows 2j and 2j + 1 must be complements. "
                f"Received: values {values.shape}, membership {membership.shape}"
            )
        models, examples = membership.shape
        self.values = values.reshape(*values.shape[:-2], models // 2, 2, examples)
        first = membership[::2, None]
        # By side instead of by model: with the example, without it.
        swapped = self.values[..., ::-1, :]
        self._sides = np.where(
            np.concatenate([first, first], axis=1), self.values, swapped
        )

    @property
    def count(self) -> int:
        """Integer J, the number of pairs."""
        return self.values.shape[-3]

    def of(self, pair: int) -> Floats:
        """Returns the values of the two models of a pair, `(..., 2, N)`."""
        return self.values[..., pair, :, :]

    def others(self, *left_out: int) -> PairMoments:
        """Returns the moments over all pairs but some.

        They are summed anew over the pairs that stay, never by taking something off a
        total: its rounding errors would tell equal scores apart by what was left out.

        Args:
            left_out: Integers, numbers of pairs.

        Raises:
            ValueError: If no pair stays.
        """
        kept = [pair for pair in range(self.count) if pair not in left_out]
        if not kept:
            raise ValueError(
                f"At least one pair must stay. Received: {self.count} pairs, of which "
                f"{sorted(set(left_out))} are left out"
            )
        total = sum(self._sides[..., pair, :, :] for pair in kept[1:])
        means = (self._sides[..., kept[0], :, :] + total) / len(kept)
        inside, outside = means[..., 0, :], means[..., 1, :]
        scatter = np.zeros(inside.shape)
        for pair in kept:
            distance = self._sides[..., pair, :, :] - means
            scatter += np.einsum("...sn,...sn->...n", distance, distance)
        return PairMoments(len(kept), inside, outside, scatter)


@dataclasses.dataclass(frozen=True, eq=False)
class PairMoments:
    """Means of the models that hold an example and of those that don't.

    Attributes:
        count: Integer, the number of pairs, and so of models on each side.
        inside: Floats `(..., N)`, the mean of those that hold it.
        outside: Floats `(..., N)`, the mean of those that do not.
        scatter: Floats `(..., N)`, the sum of the squared deviations from the mean of
            the side, over both sides.
    """

    count: int
    inside: Floats
    outside: Floats
    scatter: Floats

    @property
    def degrees(self) -> int:
        """Integer, the degrees of freedom of `scatter`; 0 with one pair."""
        return 2 * self.count - 2

    @property
    def middle(self) -> Floats:
        """Floats `(..., N)`, half way between the two means."""
        return (self.inside + self.outside) / 2

    @property
    def variance(self) -> Floats:
        """Floats `(..., N)`: of the next value about its mean, which is estimated too.

        Each example's variance is shrunken towards the common one, as if 4 more degrees
        of freedom had shown it.
        """
        if self.degrees:
            common = self.scatter.mean(axis=-1, keepdims=True) / self.degrees
        else:
            # Nothing but the distance of the sides tells the scale.
            distance = (self.inside - self.outside) ** 2
            common = distance.mean(axis=-1, keepdims=True) / 2
        degrees = self.degrees + _PRIOR_DEGREES
        shrunken = (self.scatter + _PRIOR_DEGREES * common) / degrees
        return np.maximum(shrunken, _FLOOR) * (1 + 1 / self.count)

    def offset(self, values: Floats) -> Floats:
        """Returns how far targets lie above the middle.

        Args:
            values: Floats `(..., T, N)`, of T targets that the moments know nothing of.
        """
        return values - self.middle[..., None, :]

    def log_ratio(self, values: Floats) -> Floats:
        """Returns the log likelihood ratio, member to non-member.

        Both sides are Student t distributions of one variance, about their means.

        Args:
            values: Floats `(..., T, N)`, as for `offset`.
        """
        degrees = self.degrees + _PRIOR_DEGREES
        scale = degrees * self.variance[..., None, :]
        near, far = (
            np.log1p((values - mean[..., None, :]) ** 2 / scale)
            for mean in (self.inside, self.outside)
        )
        return (degrees + 1) / 2 * (far - near)

    def log_share(self, values: Floats) -> Floats:
        """Returns the log of what targets say over what the other models say.

        Args:
            values: Floats `(..., T, N)`, as for `offset`, not negative: probabilities
                of the label make the ratio of RMIA.
        """
        others = self.middle[..., None, :]
        return np.log(np.maximum(values, SMALLEST_FLOAT32)) - np.log(
            np.maximum(others, SMALLEST_FLOAT32)
        )
