"""Attack results as rows of the report."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks import AttackResult


def record_results(
    record: Callable[..., None],
    name: str,
    results: Sequence[AttackResult],
    strongest: str,
    headline: str,
) -> None:
    """Sends the attacks on one model to the report, with their ROC curves.

    Slices are many: they are told of the loss and of the strongest attack alone, and
    drawn of the latter.

    Args:
        record: The fixture.
        name: Name of a defense, or `"base"`.
        results: Each attack on each slice.
        strongest: Name of the strongest of them.
        headline: Name of the attack that the report is headed by: for the undefended
            model it may be one through a defense.
    """
    for result in results:
        entire = result.slice == "entire"
        if entire or result.attack in ("loss", strongest):
            record("attack", **result.row(name))
        drawn = ("loss", strongest, headline) if entire else (strongest,)
        if result.attack in drawn:
            record("curve", **curve_row(name, result))


def curve_row(name: str, result: AttackResult) -> dict[str, Any]:
    """Returns the ROC curve of a result as a row, the band of the entire set only."""
    curve = result.curve
    low, high = (
        rounded(side) if result.slice == "entire" else None
        for side in (curve.low, curve.high)
    )
    return {
        "defense": name,
        "attack": result.attack,
        "slice": result.slice,
        "fpr": rounded(curve.fpr, 6),
        "tpr": rounded(curve.tpr),
        "tpr_low": low,
        "tpr_high": high,
    }


def rounded(values: Array, digits: int = 4) -> list[float] | None:
    """Returns numbers for a drawing, as a list; `None` where there are none."""
    return None if np.isnan(values).any() else np.round(values, digits).tolist()
