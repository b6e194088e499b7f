"""The false positive rates at which true positive rates are told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from keras_entropy.attacks.audits.measurement import MIN_FALSE_POSITIVES

DEFAULT_LEVELS = (0.01, 0.001)


def check_levels(
    levels: Sequence[float], nonmembers: int, targets: int = 1
) -> dict[str, float]:
    """Returns the levels by the key that results have for them, such as "0.01".

    The two of `DEFAULT_LEVELS` are `None` in results where there are too few examples
    for them. Others were asked for, and are refused.

    Args:
        levels: Floats in (0, 1).
        nonmembers: Integer, the non-members of each target.
        targets: Integer. Defaults to 1.

    Raises:
        ValueError: If a level is no number in (0, 1), or there are too few non-members
            for one that is not in `DEFAULT_LEVELS`.
    """
    if isinstance(levels, str) or not isinstance(levels, Sequence):
        raise ValueError(
            "`fpr_levels` must be a sequence of false positive rates, such as "
            f"(0.05, 0.0001). Received: fpr_levels={levels!r}"
        )
    for level in levels:
        number = isinstance(level, int | float) and not isinstance(level, bool)
        if not number or not 0 < level < 1:
            raise ValueError(
                "`fpr_levels` must hold false positive rates in (0, 1), such as 0.05 "
                f"for 5 %. Received: {level!r} in fpr_levels={tuple(levels)!r}"
            )
        if level not in DEFAULT_LEVELS and not _is_carried(level, nonmembers, targets):
            needed = needed_nonmembers(level, targets)
            raise ValueError(
                f"{nonmembers:,} non-members can't tell the true positive rate at a "
                f"false positive rate of {level_key(level)}: {needed:,} would do"
                f"{' for each target' if targets > 1 else ''}. Give more, or a larger "
                f"rate. Received: fpr_levels={tuple(levels)!r}"
            )
    return {level_key(level): float(level) for level in levels}


def carried_levels(
    levels: Sequence[float], nonmembers: int, targets: int = 1
) -> tuple[float, ...]:
    """Returns the levels without those that `check_levels` would refuse for their size.

    Args:
        levels: Floats in (0, 1).
        nonmembers: Integer, the non-members of each target.
        targets: Integer. Defaults to 1.
    """
    return tuple(
        level
        for level in levels
        if level in DEFAULT_LEVELS or _is_carried(level, nonmembers, targets)
    )


def needed_nonmembers(level: float, targets: int = 1, folds: int = 1) -> int:
    """Returns how many non-members of each target carry a level.

    Args:
        level: Float in (0, 1).
        targets: Integer. Defaults to 1.
        folds: Integer, of scores that compare within a fold only. Defaults to 1.
    """
    rate = _exactly(level)
    expected = math.ceil(MIN_FALSE_POSITIVES / (rate * targets))
    return max(expected, folds * (math.ceil(1 / rate) - 1))


def _is_carried(level: float, nonmembers: int, targets: int) -> bool:
    return nonmembers >= needed_nonmembers(level, targets)


def _exactly(level: float) -> Fraction:
    """Returns the number as it is written: 100,000 * 0.0001 may miss 10 otherwise."""
    return Fraction(str(float(level)))


def level_key(level: float) -> str:
    """Returns a level as results spell it: "0.0001", never "1e-04"."""
    return f"{level:.12f}".rstrip("0")
