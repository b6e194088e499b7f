"""Attack results as rows of the report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval_suite.results.record import Record
from eval_suite.results.rows import CurveRow
from keras_entropy.arrays import Floats
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Curve


def record_results(
    record: Record,
    name: str,
    results: Sequence[AttackResult],
    strongest: str,
    headline: str,
) -> None:
    """Sends the attacks on one model to the report, with their ROC curves.

    There are many slices: of each only the loss attack and the strongest attack are
    recorded, and only the curve of the latter.

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
        if result.attack in drawn and result.curve is not None:
            record("curve", **curve_row(name, result, result.curve))


def curve_row(name: str, result: AttackResult, curve: Curve) -> CurveRow:
    """Returns the ROC curve of a result as a row, the band of the entire set only."""
    entire = result.slice == "entire"
    return {
        "defense": name,
        "attack": result.attack,
        "slice": result.slice,
        "fpr": _rounded(curve.fpr, 6),
        "tpr": _rounded(curve.tpr),
        "tpr_low": _band(curve.low) if entire else None,
        "tpr_high": _band(curve.high) if entire else None,
    }


def _band(values: Floats) -> list[float] | None:
    """Returns an end of the band, or `None` where one model has none."""
    return None if np.isnan(values).any() else _rounded(values)


def _rounded(values: Floats, digits: int = 4) -> list[float]:
    return np.round(values, digits).tolist()
