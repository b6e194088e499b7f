"""What a Jensen-Shannon distance alone tells of an attack, without running one.

With members and non-members equally frequent, the divergence is the information, in
bits, that a signal gives about membership. It bounds the error of the best attacker who
sees nothing but the signal, from both sides, and so the AUC.

References: Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions
on Information Theory, 1991 (the total variation); He et al., "Membership-Doctor",
arXiv:2208.10445 (the distance as a measure of risk).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import integrate
from scipy import optimize
from scipy import special
from scipy import stats


@dataclasses.dataclass(frozen=True)
class AucByDistance:
    """The AUC of the best attacker who sees one signal, as far as a distance tells.

    Attributes:
        low: Float, the least that it can be.
        normal: Float, what it is if the signal, or a monotone function of it, is normal
            on both sides with equal variances.
        high: Float, the most that it can be.
    """

    low: float
    normal: float
    high: float


def auc_by_distance(distance: float) -> AucByDistance:
    """Returns what a Jensen-Shannon distance tells of the AUC.

    Args:
        distance: Float in 0..1 (base 2), between the laws of one signal on members and
            on non-members.

    Returns:
        `AucByDistance`.

    Raises:
        ValueError: If the distance is not in 0..1.

    Example:

        >>> found = auc_by_distance(0.2)
        >>> 0.5 < found.low < found.normal < found.high < 1
        True
    """
    if not 0 <= distance <= 1:
        raise ValueError(f"`distance` must be in 0..1. Received: {distance}")
    bits = distance**2
    # The ROC curve of the best attacker is concave and touches TPR = FPR + variation.
    least, most = bits, _largest_variation(bits)
    return AucByDistance(
        low=0.5 + least / 2,
        normal=_normal_auc(bits),
        high=1 - (1 - most) ** 2 / 2,
    )


def _largest_variation(bits: float) -> float:
    """Returns the largest total variation of two laws of a divergence in bits.

    The entropy that the signal leaves is at most that of its best guess' error.
    """

    def missing(variation: float) -> float:
        error = (1 - variation) / 2
        left = special.entr([error, 1 - error]).sum() / np.log(2)
        return float(1 - left - bits)

    return float(optimize.brentq(missing, 0, 1))


def _normal_auc(bits: float) -> float:
    if bits >= _normal_bits(_FARTHEST):
        return 1.0
    shift = optimize.brentq(lambda shift: _normal_bits(shift) - bits, 0, _FARTHEST)
    return float(stats.norm.cdf(shift / np.sqrt(2)))


# Standard deviations between two normal laws that no sample tells from disjoint ones.
_FARTHEST = 12.0


def _normal_bits(shift: float) -> float:
    """Returns the divergence of two normal laws, `shift` standard deviations apart."""
    if not shift:
        return 0.0

    def left(z: float) -> float:
        # The log odds of a value are `shift` times its distance from the middle.
        surprise = np.logaddexp(0, -shift * (z + shift / 2))
        return float(np.exp(-z * z / 2) * surprise)

    total = integrate.quad(left, -np.inf, np.inf)[0] / np.sqrt(2 * np.pi)
    return float(1 - total / np.log(2))
